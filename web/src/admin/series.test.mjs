// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append, columns, mostSeconds, recent } from './series.js';

const at = (seconds, rest) => ({ at: seconds * 1000, ...rest });

test('appends what is new, and keeps five minutes', () => {
  const first = append([], [at(1), at(2)]);
  assert.deepEqual(append(first, [at(2), at(3)]).map((s) => s.at), [1000, 2000, 3000]);
  assert.equal(append(first, []), first);
  const many = Array.from({ length: 1000 }, (_, i) => at(i + 3));
  assert.equal(append(first, many).length, mostSeconds);
  assert.deepEqual(append(first, [at(mostSeconds + 2)]).map((s) => s.at), [302000]);
});

test('makes columns with gaps', () => {
  assert.deepEqual(columns([at(1, { p50: 2 }), at(2)], [(s) => s.p50]), [[1, 2], [2, null]]);
});

test('averages what is there', () => {
  const samples = [at(1, { p50: 9 }), at(2, { p50: 1 }), at(3), at(4, { p50: 3 })];
  assert.equal(recent(samples, (s) => s.p50, 3), 2);
  assert.equal(recent([], (s) => s.p50), undefined);
});
