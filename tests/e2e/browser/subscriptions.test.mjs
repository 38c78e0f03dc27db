// SPDX-License-Identifier: MIT
// npm's own client of graphql-transport-ws (graphql-ws): queries, errors, subscriptions, their end.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = `${process.env.FRAISEQL_URL.replace('http', 'ws')}/graphql`;
// The server of this test looks at no tokens.
const freshToken = async () => 'a token';
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: async () => ({ Authorization: `Bearer ${await freshToken()}` }),
});
after(() => client.dispose());

function write(sql) {
  return execFileSync('psql', ['-qAtX', process.env.FRAISEQL_DATABASE, '-c', sql]).toString();
}

async function all(payload) {
  const results = [];
  for await (const result of client.iterate(payload)) results.push(result);
  return results;
}

test('a query has one answer', async () => {
  const results = await all({ query: 'query ($id: ID!) { counter(id: $id) { id } }',
    variables: { id: 1 } });
  assert.deepEqual(results, [{ data: { counter: { id: '1' } } }]);
});

test('errors are those of HTTP', async () => {
  await assert.rejects(all({ query: '{ nothing }' }), (errors) =>
    errors[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED');
});

test('a subscription follows what is written', async () => {
  const answers = client.iterate({ query: 'subscription { counter(id: 2) { n } }' });
  const first = (await answers.next()).value.data.counter.n;
  for (let n = first + 1; n < first + 4; n += 1) {
    write('UPDATE tb_counter SET n = n + 1 WHERE id = 2');
    assert.equal((await answers.next()).value.data.counter.n, n);
  }
  await answers.return();
  write('UPDATE tb_counter SET n = n + 1 WHERE id = 2');
});

test('several at once', async () => {
  const many = Array.from({ length: 20 }, () =>
    client.iterate({ query: 'subscription { counters { id n } }' }));
  const first = await Promise.all(many.map((each) => each.next()));
  write('UPDATE tb_counter SET n = n + 1 WHERE id = 2');
  const second = await Promise.all(many.map((each) => each.next()));
  assert.notDeepEqual(first[0].value, second[0].value);
  for (const each of second) assert.deepEqual(each.value, second[0].value);
  await Promise.all(many.map((each) => each.return()));
});
