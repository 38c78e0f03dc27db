// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain, readAnswer, readObject } from './explain_request.js';

const refusal = (status, body, headers = {}) => readAnswer(new Response(body, { status, headers }));

test('reads a report', async () => {
  const report = { statements: [], sources: [], hints: [] };
  assert.deepEqual(await readAnswer(Response.json(report)), { report });
});

test('asks for a token only where the server does', async () => {
  const errors = '{"errors": [{"message": "No.", "extensions": {"code": "UNAUTHENTICATED"}}]}';
  const wanted = await refusal(401, errors, { 'WWW-Authenticate': 'Admin-Token' });
  assert.deepEqual(wanted, {
    errors: [{ message: 'No.', place: undefined, code: 'UNAUTHENTICATED', hint: undefined }],
    wantsToken: true,
  });
  const bearer = await refusal(401, errors, { 'WWW-Authenticate': 'Bearer' });
  assert.equal(bearer.wantsToken, false);
});

test('says where an error is', async () => {
  const wrong = [{ message: 'No.', locations: [{ line: 1, column: 3 }] }];
  const { errors } = await refusal(400, JSON.stringify({ errors: wrong }));
  assert.equal(errors[0].place, 'line 1, column 3');
});

test('says why there may be nothing', async () => {
  const { errors } = await refusal(404, '{"errors": [{"message": "Nothing."}]}');
  assert.equal(errors[0].message, 'Nothing.');
  assert.match(errors[1].message, /FRAISEQL_ADMIN_TOKEN/);
});

test('shows what is no answer of the server', async () => {
  const { errors } = await refusal(502, '<h1>Bad Gateway</h1>');
  assert.deepEqual(errors, [{ message: 'The server answered 502: <h1>Bad Gateway</h1>' }]);
  assert.match((await readAnswer(Response.json([]))).errors[0].message, /answered 200/);
});

test('reads the texts of editors', () => {
  assert.equal(readObject('Variables', undefined), undefined);
  assert.equal(readObject('Variables', ' \n'), undefined);
  assert.deepEqual(readObject('Variables', '{"a": 1}'), { a: 1 });
  for (const text of ['[]', 'null', '1'])
    assert.throws(() => readObject('Variables', text), /Variables are not a JSON object/);
});

test('sends nothing where an editor holds no JSON', async () => {
  const { errors } = await explain('http://127.0.0.1:1/', { query: '{ a }', headers: '{' });
  assert.match(errors[0].message, /^Headers are invalid JSON/);
});
