// SPDX-License-Identifier: MIT
// The page in a real browser, and how the tests read it.
// FRAISEQL_URL is the server's origin; CHROMIUM the browser; SCREENSHOTS a folder, if wanted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

export const origin = process.env.FRAISEQL_URL;
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

/** Opens GraphiQL as on a first visit, and records what it asks for and complains about. */
export async function open(address = `${origin}/`) {
  const { page, seen } = await visit(address);
  await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
  return { page, seen };
}

/** The same for any page; `prepare` gets it before it goes anywhere. */
export async function visit(address, prepare = () => {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const seen = { requests: [], complaints: [] };
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.complaints.push(message.text());
  });
  await page.addInitScript(() => localStorage.clear());
  await prepare(page);
  await page.goto(address);
  return { page, seen };
}

export async function screenshot(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

export const editor = '.graphiql-query-editor .CodeMirror';
export const results = '.result-window .CodeMirror';

/** Writes a text into one of the page's CodeMirrors. */
export const write = (page, place, text) =>
  page.evaluate(([it, value]) => document.querySelector(it).CodeMirror.setValue(value), [
    place,
    text,
  ]);

/** Returns what a page asked of anybody but the server at `home`. */
export const strangers = (seen, home = origin) =>
  seen.requests.filter((url) => !url.startsWith(`${home}/`) && !/^(data|blob):/.test(url));

/** Returns the text of one of the page's two CodeMirrors, empty until it is there. */
export const textOf = (page, place) =>
  page.evaluate((it) => document.querySelector(it)?.CodeMirror.getValue() ?? '', place);

export async function untilTextMatches(page, place, pattern) {
  await page.waitForFunction(
    ([it, source]) =>
      new RegExp(source).test(document.querySelector(it)?.CodeMirror.getValue() ?? ''),
    [place, pattern.source],
  );
}
