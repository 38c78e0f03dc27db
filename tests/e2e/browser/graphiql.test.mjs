// SPDX-License-Identifier: MIT
// GraphiQL in a real browser: it opens, runs its example query, and talks to nobody else.
// FRAISEQL_URL is the server's origin; CHROMIUM the browser; SCREENSHOTS a folder, if wanted.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const origin = process.env.FRAISEQL_URL;
const patience = 30_000;
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let profile;
let context;

before(async () => {
  profile = await mkdtemp(join(tmpdir(), 'fraiseql-browser-'));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: flags,
    viewport: { width: 1400, height: 900 },
  });
});

after(async () => {
  await context?.close();
  await rm(profile, { recursive: true, force: true });
});

/** Opens the page and records what it asks for and complains about. */
async function open(path = '/') {
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const seen = { requests: [], complaints: [] };
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.complaints.push(message.text());
  });
  await page.goto(origin + path);
  await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
  return { page, seen };
}

async function screenshot(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

const editor = '.graphiql-query-editor .CodeMirror';
const results = '.result-window .CodeMirror';

/** Returns the text of one of the page's two CodeMirrors, empty until it is there. */
const textOf = (page, place) =>
  page.evaluate((it) => document.querySelector(it)?.CodeMirror.getValue() ?? '', place);

async function untilTextMatches(page, place, pattern) {
  await page.waitForFunction(
    ([it, source]) =>
      new RegExp(source).test(document.querySelector(it)?.CodeMirror.getValue() ?? ''),
    [place, pattern.source],
  );
}

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

  const strangers = seen.requests.filter(
    (url) => !url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url),
  );
  assert.deepEqual(strangers, []);
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
  await page.evaluate(
    (it) => document.querySelector(it).CodeMirror.setValue('{ usres { id } }'),
    editor,
  );
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
