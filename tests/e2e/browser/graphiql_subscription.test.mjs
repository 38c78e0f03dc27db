// SPDX-License-Identifier: MIT
// GraphiQL in a real browser follows what is written, through its own WebSocket.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { editor, open, results, untilTextMatches, write } from './page.mjs';

function writeRow(sql) {
  return execFileSync('psql', ['-qAtX', process.env.FRAISEQL_DATABASE, '-c', sql]).toString();
}

test('shows each answer of a subscription', async () => {
  const { page, seen } = await open();
  await untilTextMatches(page, editor, /\{/);
  await write(page, editor, 'subscription { counter(id: 3) { n } }');
  // GraphiQL reads what was typed a moment later; until then it takes it for the query before.
  await page.waitForTimeout(1000);
  await page.locator('.graphiql-execute-button').click();
  await untilTextMatches(page, results, /"n": 0/);
  for (const n of [1, 2, 3]) {
    writeRow(`UPDATE tb_counter SET n = ${n} WHERE id = 3`);
    await untilTextMatches(page, results, new RegExp(`"n": ${n}`));
  }
  assert.deepEqual(seen.complaints, []);
  await page.close();
});
