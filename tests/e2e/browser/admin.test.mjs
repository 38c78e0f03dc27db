// SPDX-License-Identifier: MIT
// The page at /admin in a real browser. FRAISEQL_GUARDED_URL is the origin of a server that wants
// FRAISEQL_GUARDED_TOKEN; of its tables, one has a name that would be a script in HTML.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { origin, screenshot, strangers, visit } from './page.mjs';

const guarded = process.env.FRAISEQL_GUARDED_URL;
const token = process.env.FRAISEQL_GUARDED_TOKEN;
const hostile = '<img src=x onerror=window.struck=1>';
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 400, height: 800 } };

/** Opens a part of the page. */
const open = (part, { address = origin, size = sizes.wide, scheme = 'light' } = {}) =>
  visit(`${address}/admin#${part}`, async (page) => {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme });
  });

/** Sends a query so many times; half of a second one fail. */
async function makeTraffic(query, times) {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ query });
  const request = { method: 'POST', headers, body };
  for (let i = 0; i < times; i += 1) await fetch(`${origin}/graphql`, request);
}

/** The page has run no foreign script, asked nobody else, and complained about nothing. */
async function assertClean(page, seen, home = origin) {
  assert.equal(await page.evaluate(() => window.struck), undefined);
  assert.equal(await page.locator('#root :is(img[src="x"], script)').count(), 0);
  assert.deepEqual(strangers(seen, home), []);
  assert.deepEqual(seen.complaints, []);
  await page.close();
}

/** Nothing is wider than the window, but for what scrolls by itself. */
async function assertFits(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `${content} px of content in ${window}`);
}

test('shows latency, throughput and the state as they are', async () => {
  const { page, seen } = await open('overview');
  const throughput = page.getByRole('img', { name: /^Throughput, last five minutes/ });
  await throughput.waitFor();
  const traffic = makeTraffic('{ posts(limit: 2) { id title author { name } } }', 300);
  const errors = makeTraffic('{ unknown }', 20);
  await page.getByRole('img', { name: /^Throughput.*requests [1-9][\d,.]*\/s/ }).waitFor();
  await page.getByRole('img', { name: /^Latency.*p50 [\d.]+ .*p99 [\d.]+ [mµ]?s/ }).waitFor();
  await page.getByRole('img', { name: /^Memory.*resident [\d.]+ MB/ }).waitFor();
  await Promise.all([traffic, errors]);
  assert.equal(await page.locator('canvas').count(), 6);
  const drawn = await page.locator('canvas').evaluateAll((all) =>
    all.map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value) => value !== 0);
    }),
  );
  assert.deepEqual(drawn, Array(6).fill(true));

  const pool = page.getByRole('region', { name: 'Pool' });
  const transactions = pool.locator('div', { has: page.getByText('Transactions') }).last();
  await page.waitForFunction(
    (row) => Number(row.querySelector('dd').textContent.replaceAll(',', '')) >= 300,
    await transactions.elementHandle(),
  );
  await page.getByRole('region', { name: 'Caches' }).getByText('Plans found').waitFor();
  await page.getByRole('list', { name: 'At a glance' }).getByText('closed').waitFor();
  await assertFits(page);
  await screenshot(page, 'admin_overview');
  await assertClean(page, seen);
});

test('is as usable on a telephone and in the dark', async () => {
  for (const part of ['overview', 'operations', 'plans', 'checks', 'schema']) {
    const { page, seen } = await open(part, { size: sizes.narrow, scheme: 'dark' });
    await page.locator('main section, main figure').first().waitFor();
    await assertFits(page);
    const [back, text] = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.body);
      return [backgroundColor, color].map((rgb) => Number(/\d+/.exec(rgb)[0]));
    });
    assert.ok(back < 60 && text > 180, `${back} behind ${text}`);
    await screenshot(page, `admin_${part}_narrow`);
    await assertClean(page, seen);
  }
});

test('lists operations, and says what is missing for more', async () => {
  await makeTraffic('query Often { users(limit: 1) { id } }', 60);
  const { page, seen } = await open('operations');
  await page.getByRole('alert').getByText(/CREATE EXTENSION pg_stat_statements/).waitFor();
  const table = page.getByRole('region', { name: 'Operations by time of requests' });
  await table.getByRole('row').nth(1).waitFor();
  const header = table.getByRole('columnheader', { name: 'Calls' });
  await header.getByRole('button').click();
  assert.equal(await header.getAttribute('aria-sort'), 'descending');
  const calls = await table.locator('tbody td:nth-child(3)').allTextContents();
  const numbers = calls.map((text) => Number(text.replaceAll(',', '')));
  assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a));
  await screenshot(page, 'admin_operations');
  await assertClean(page, seen);
});

test('draws the plan of an operation', async () => {
  const { page, seen } = await open('plans');
  await page
    .getByRole('textbox', { name: 'Query' })
    .fill(`{ traps(where: {label: {eq: "${hostile}"}}) { label } }`);
  await page.getByRole('checkbox', { name: /execute the query/ }).check();
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('img', { name: /^Plan of \d+ nodes?\. The most costly has/ }).waitFor();
  const relations = await page.locator('.plan-relation').allTextContents();
  assert.ok(relations.some((text) => text.startsWith('public.<img src=x')), `${relations}`);
  await page.getByText(/^executed|executed in [\d.]+ ms/).waitFor();
  await page.getByRole('region', { name: 'Hints' }).getByText('missing-index').waitFor();
  await screenshot(page, 'admin_plans');
  await page.getByRole('textbox', { name: 'Query' }).fill('{ usres { id } }');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('alert').getByText(/Did you mean/).waitFor();
  // The browser itself notes each answer of 400.
  seen.complaints = seen.complaints.filter((text) => !/status of 400/.test(text));
  await assertClean(page, seen);
});

test('shows the findings of a check when it is asked to', async () => {
  const { page, seen } = await open('checks');
  assert.equal(await page.locator('.finding').count(), 0);
  await page.getByRole('button', { name: 'Check now' }).click();
  const unlogged = page.locator('.finding', { hasText: 'unlogged-table' });
  await unlogged.waitFor();
  assert.ok((await unlogged.textContent()).includes(hostile));
  await screenshot(page, 'admin_checks');
  const before = await page.locator('.finding').count();
  await page.getByRole('checkbox', { name: /warning/ }).uncheck();
  assert.equal(await unlogged.count(), 0);
  assert.ok((await page.locator('.finding').count()) < before);
  await assertClean(page, seen);
});

test('draws the schema, and moves, zooms, searches and tells', async () => {
  const { page, seen } = await open('schema');
  const boxes = page.locator('.graph .node');
  await boxes.first().waitFor();
  const view = () => page.locator('.graph svg > g').first().getAttribute('transform');
  const first = await view();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  const zoomed = await view();
  assert.notEqual(zoomed, first);
  const place = page.locator('.graph-place');
  const { x, y } = await place.boundingBox();
  await page.mouse.move(x + 20, y + 20);
  await page.mouse.down();
  await page.mouse.move(x + 120, y + 60, { steps: 4 });
  await page.mouse.up();
  const moved = await view();
  assert.notEqual(moved, zoomed);
  await page.mouse.wheel(0, 300);
  await page.waitForFunction(
    (before) => document.querySelector('.graph svg > g').getAttribute('transform') !== before,
    moved,
  );
  await place.focus();
  await page.keyboard.press('0');
  assert.equal(await view(), first);
  await page.keyboard.press('ArrowLeft');
  assert.notEqual(await view(), first);
  await page.keyboard.press('0');

  await page.getByRole('searchbox').fill('post');
  const list = page.getByRole('region', { name: 'Relations and functions' });
  await list.getByRole('button', { name: /v_post / }).click();
  const details = page.getByRole('region', { name: 'Details' });
  await details.getByRole('heading', { name: 'public.v_post' }).waitFor();
  const type = details.getByRole('region', { name: 'Type Post' });
  await type.getByRole('row', { name: /title String! public\.posts\.title/ }).waitFor();
  await type.getByRole('row', { name: /author User!? document of public\.v_user/ }).waitFor();
  await details.getByText('jsonb_build_object').waitFor();
  const faded = page.locator('.node.faded');
  assert.ok((await faded.count()) > 0);
  assert.equal(await faded.filter({ hasText: 'public.v_user, view' }).count(), 0);
  await screenshot(page, 'admin_schema');

  await page.getByRole('searchbox').fill('trap');
  await list.getByRole('button', { name: /v_trap/ }).click();
  await details.getByText('<script>window.struck=1</script>', { exact: true }).waitFor();
  const table = page.locator('.node', { hasText: '<img src=x' }).getByRole('button');
  await table.focus();
  await page.keyboard.press('Enter');
  await details.getByRole('heading', { name: `public.${hostile}` }).waitFor();
  await details.getByRole('button', { name: 'Close' }).click();
  assert.equal(await details.count(), 0);
  await assertClean(page, seen);
});

test('asks for the token, keeps it in the tab, and forgets it', async () => {
  const { page, seen } = await open('overview', { address: guarded });
  await page.getByRole('heading', { name: 'This page is for administrators' }).waitFor();
  assert.equal(await page.getByRole('img', { name: /^Latency/ }).count(), 0);
  await page.getByRole('textbox', { name: 'Admin token' }).fill(`${token}x`);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('alert').getByText('does not know this token').waitFor();
  await page.getByRole('textbox', { name: 'Admin token' }).fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: /^Latency/ }).waitFor();
  await page.reload();
  await page.getByRole('region', { name: 'Pool' }).waitFor();
  const [session, rest] = await page.evaluate(() => [
    JSON.stringify({ ...sessionStorage }),
    JSON.stringify([{ ...localStorage }, document.cookie, location.href]),
  ]);
  assert.ok(session.includes(token) && !rest.includes(token));
  await page.getByRole('link', { name: 'Plans' }).click();
  await page.getByRole('textbox', { name: 'Query' }).fill('{ posts { id } }');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('img', { name: /^Plan of/ }).waitFor();
  await page.getByRole('button', { name: 'Forget token' }).click();
  await page.getByRole('heading', { name: 'This page is for administrators' }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.ok(seen.requests.every((url) => !url.includes(token)));
  seen.complaints = seen.complaints.filter((text) => !/status of 401/.test(text));
  await assertClean(page, seen, guarded);
});
