// SPDX-License-Identifier: MIT
// GraphiQL in a real browser: it opens, runs its example query, and talks to nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  editor,
  open,
  results,
  screenshot,
  strangers,
  textOf,
  untilTextMatches,
  write,
} from './page.mjs';

async function runAndRead(page) {
  await page.locator('.graphiql-execute-button').click();
  await untilTextMatches(page, results, /\S{2}|\n/);
  return JSON.parse(await textOf(page, results));
}

test('opens with a nested query that fits the schema, and runs it', async () => {
  const { page, seen } = await open();
  await untilTextMatches(page, editor, /\{/);
  const query = await textOf(page, editor);
  assert.match(query, /Welcome to FraiseQL/);
  assert.match(query, /userWithStatsList\(limit: 5\)/);

  const result = await runAndRead(page);
  assert.equal(result.errors, undefined);
  assert.equal(result.data.userWithStatsList.length, 5);
  assert.equal(typeof result.data.userWithStatsList[0].stats.postCount, 'number');
  await screenshot(page, 'result');

  assert.deepEqual(strangers(seen), []);
  assert.deepEqual(seen.complaints, []);
  await page.close();
});

test('shows the documentation of the schema', async () => {
  const { page } = await open();
  await page.getByRole('button', { name: /documentation explorer/i }).click();
  await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).first().click();
  await page.getByRole('link', { name: 'userWithStatsList', exact: true }).waitFor();
  await screenshot(page, 'documentation');
  await page.close();
});

test('shows what is wrong with a query', async () => {
  const { page } = await open();
  await write(page, editor, '{ usres { id } }');
  const result = await runAndRead(page);
  assert.equal(result.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  assert.match(result.errors[0].message, /Did you mean/);
  await page.close();
});

test('follows the dark colour scheme of the system', async () => {
  const { page } = await open();
  const background = () =>
    page.evaluate(
      () => getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor,
    );
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(200);
  assert.notEqual(await background(), light);
  await screenshot(page, 'dark');
  await page.close();
});
