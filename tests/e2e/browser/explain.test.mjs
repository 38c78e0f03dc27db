// SPDX-License-Identifier: MIT
// The Explain panel in a real browser. FRAISEQL_GUARDED_URL is the origin of a server that wants
// FRAISEQL_GUARDED_TOKEN; of its tables, one has a name that would be a script in HTML.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editor, open, origin, screenshot, strangers, write } from './page.mjs';

const guarded = process.env.FRAISEQL_GUARDED_URL;
const token = process.env.FRAISEQL_GUARDED_TOKEN;
const variables = '[aria-label="Variables"] .CodeMirror';
const nested = `query Front($text: String!) {
  posts(
    where: {title: {icontains: $text}}
    limit: 3
  ) {
    title
    author {
      name
    }
  }
}`;

/** Opens the page with its Explain panel, and `query` in the editor. */
async function openPanel(query, address) {
  const { page, seen } = await open(address);
  await page.getByRole('button', { name: 'Show Explain' }).click();
  const panel = page.getByRole('region', { name: 'Explain', exact: true });
  await write(page, editor, query);
  const button = panel.getByRole('button', { name: 'Explain', exact: true });
  /** Returns the status of the answer. */
  const ask = async () => {
    const answer = page.waitForResponse('**/admin/explain');
    await button.click();
    return (await answer).status();
  };
  return { page, panel, seen, button, ask };
}

/** Drags the edge of the panel to the right. */
async function widen(page, panel) {
  const before = await panel.boundingBox();
  const edge = await page.locator('.graphiql-horizontal-drag-bar').first().boundingBox();
  await page.mouse.move(edge.x + edge.width / 2, edge.y + 200);
  await page.mouse.down();
  await page.mouse.move(edge.x + 150, edge.y + 200, { steps: 3 });
  await page.mouse.up();
  assert.ok((await panel.boundingBox()).width > before.width);
}

/** Returns what each box of the plan says, the uppermost first. */
async function boxesOf(panel) {
  const boxes = panel.locator('.plan-box');
  await boxes.first().waitFor();
  return boxes.evaluateAll((all) =>
    all.map((box) => {
      const says = (what) => box.querySelector(`.plan-${what}`)?.textContent ?? '';
      return { relation: says('relation'), field: says('field'), rows: says('rows') };
    }),
  );
}

test('shows the statement of a nested query and draws its plan', async () => {
  const { page, panel, seen, ask } = await openPanel(nested);
  await write(page, variables, '{"text": "a"}');
  await ask();

  const boxes = await boxesOf(panel);
  const scans = boxes.filter(({ relation }) => relation !== '');
  const fields = new Map(scans.map(({ relation, field }) => [relation, field]));
  assert.equal(fields.get('public.posts'), 'posts');
  assert.equal(fields.get('public.users'), 'posts.author');
  assert.match(boxes[0].rows, /^\d+%, rows [\d,.]+$/);
  await panel.getByRole('img', { name: /^Plan of \d+ nodes\. The most costly has \d+%/ }).waitFor();
  await panel.getByText(/^SELECT r\."title"/).waitFor();
  await panel.getByText('Nothing that would make it cheaper.').waitFor();
  const parameters = panel.getByRole('region', { name: 'Parameters' });
  await parameters.getByRole('cell', { name: 'where.title.icontains' }).waitFor();
  const sources = panel.getByRole('region', { name: 'Sources' });
  await sources.getByRole('cell', { name: 'posts.author.name' }).waitFor();

  await panel.getByRole('checkbox', { name: 'analyze' }).check();
  await ask();
  await panel.getByText(/^Planned in [\d.]+ ms, executed in/).waitFor();
  assert.match((await boxesOf(panel))[0].rows, /^\d+%, rows 3 \(exp\. 3\)$/);
  await widen(page, panel);
  await screenshot(page, 'explain');

  assert.deepEqual(strangers(seen), []);
  assert.deepEqual(seen.complaints, []);
  await page.close();
});

test('keeps what it showed while it is hidden', async () => {
  const { page, panel, ask } = await openPanel('{ posts { id } }');
  await ask();
  await boxesOf(panel);
  await page.getByRole('button', { name: 'Hide Explain' }).click();
  await panel.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Show Explain' }).click();
  assert.notEqual((await boxesOf(panel)).length, 0);
  await page.close();
});

test('shows names and values as they are, whatever they look like', async () => {
  const { page, panel, seen, ask } = await openPanel(
    '{ traps(where: {label: {eq: "<img src=x onerror=window.struck=1>"}}) { label } }',
  );
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  await ask();
  const relations = (await boxesOf(panel)).map(({ relation }) => relation);
  assert.ok(
    relations.some((relation) => relation.startsWith('public.<img src=x')),
    `${relations}`,
  );
  const hints = panel.getByRole('region', { name: 'Hints' });
  await hints.getByRole('button', { name: 'Copy the statement of missing-index' }).click();
  await hints.getByText('Copied').waitFor();
  assert.match(
    await page.evaluate(() => navigator.clipboard.readText()),
    /^CREATE INDEX CONCURRENTLY ON public\."<img src=x onerror=window.struck=1>" \(label, id\);$/,
  );
  assert.equal(await page.locator('.explain :is(img, script)').count(), 0);
  assert.equal(await page.evaluate(() => window.struck), undefined);
  assert.deepEqual(strangers(seen), []);
  assert.deepEqual(seen.complaints, []);
  await page.close();
});

test('shows what is wrong', async () => {
  const { page, panel, button, ask } = await openPanel('{ usres { id } }');
  assert.equal(await ask(), 400);
  await panel.getByRole('alert').getByText(/Did you mean .*\(line 1, column 3\)/).waitFor();
  await write(page, variables, '{');
  await button.click();
  await panel.getByRole('alert').getByText(/^Variables are invalid JSON/).waitFor();
  assert.equal(await panel.getByLabel('Admin-Token').count(), 0);
  await page.close();
});

test('asks for the admin token and keeps it to itself', async () => {
  const { page, panel, seen, ask } = await openPanel('{ posts { id } }', `${guarded}/`);
  assert.equal(await ask(), 401);
  await panel.getByRole('alert').getByText(/for administrators/).waitFor();
  await panel.getByLabel('Admin-Token').fill(`${token}x`);
  assert.equal(await ask(), 401);
  await panel.getByRole('alert').getByText(/for administrators/).waitFor();
  await panel.getByLabel('Admin-Token').fill(token);
  await panel.getByLabel('Admin-Token').press('Enter');
  assert.notEqual((await boxesOf(panel)).length, 0);
  const stored = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  assert.ok(!stored.includes(token));
  assert.deepEqual(strangers(seen, guarded), []);
  await page.close();
});
