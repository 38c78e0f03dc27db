// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { box, detailsOf, heatOf, layOut, linesOf, shorten, summaryOf } from './plan_layout.js';

const node = (type, more = {}) => ({
  type,
  attribution: 'field',
  path: 'posts',
  cost: 1,
  rows: 1,
  share: 0,
  children: [],
  ...more,
});
const scan = node('Seq Scan', {
  schema: 'public',
  relation: 'users',
  path: 'posts.author',
  rows: 12345,
  share: 0.6,
  filter: '(id > 1)',
});
const join = node('Hash Join', {
  share: 0.4,
  children: [node('Index Scan', { relation: 'posts', index: 'posts_pkey' }), scan],
});

test('boxes do not overlap, and stand inside the drawing', () => {
  const wide = node('Append', { children: [join, join, node('Result'), join] });
  const { width, height, boxes, lines } = layOut(node('Aggregate', { children: [wide] }));
  assert.equal(boxes.length, 12);
  assert.equal(lines.length, 11);
  for (const [index, a] of boxes.entries()) {
    assert.ok(a.x >= 0 && a.x + box.width <= width, `${a.x}`);
    assert.ok(a.y >= 0 && a.y + box.height <= height, `${a.y}`);
    for (const b of boxes.slice(index + 1))
      assert.ok(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height);
  }
});

test('inputs stand below what reads them', () => {
  const { boxes } = layOut(join);
  assert.deepEqual(
    boxes.map((it) => it.node.type),
    ['Hash Join', 'Index Scan', 'Seq Scan'],
  );
  assert.ok(boxes[0].y + box.height < boxes[1].y);
  assert.equal(boxes[1].y, boxes[2].y);
});

test('a plan may be deep', () => {
  let root = node('Result');
  for (let depth = 0; depth < 2_000; ++depth) root = node('Limit', { children: [root] });
  assert.equal(layOut(root).boxes.length, 2_001);
});

test('a box names type, relation, field, share and rows', () => {
  assert.deepEqual(linesOf(scan), ['Seq Scan', 'public.users', 'posts.author', '60%, rows 12,345']);
  const measured = node('CTE Scan', {
    scanned: 'x',
    subplan: 'SubPlan 1',
    attribution: 'enclosing',
    actual: { rows: 2, loops: 3, time: 0.5, rowsRemoved: 7 },
  });
  assert.deepEqual(linesOf(measured), [
    'CTE Scan (SubPlan 1)',
    'x',
    'within posts',
    '0%, rows 2 (exp. 1)',
  ]);
  assert.equal(linesOf(node('Result', { attribution: 'none' }))[2], 'no single field');
  assert.ok(detailsOf(measured).includes('Time: 0.5 ms × 3 loops'));
  assert.ok(detailsOf(measured).includes('Rows removed: 7'));
  assert.ok(detailsOf(scan).includes('Filter: (id > 1)'));
});

test('what costs most stands out', () => {
  assert.deepEqual([scan, join, node('Result')].map(heatOf), ['hot', 'warm', 'cool']);
  assert.equal(
    summaryOf(join),
    'Plan of 3 nodes. The most costly has 60%: Seq Scan, public.users, posts.author.',
  );
});

test('texts are cut between characters', () => {
  assert.equal(shorten('abcde', 5), 'abcde');
  assert.equal(shorten('abcdef', 5), 'abcd…');
  assert.equal(shorten('😀😀😀', 2), '😀…');
});
