// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, count, duration, share } from './format.js';

test('counts keep what matters', () => {
  assert.deepEqual([0, 0.253, 4.5, 99.96, 1204, 1234567].map(count), [
    '0', '0.253', '4.5', '100', '1,204', '1,234,567',
  ]);
});

test('bytes change their unit before they have four digits', () => {
  assert.deepEqual([0, 999, 999.6, 1234, 45.6e6, 2e12, 5e15].map(bytes), [
    '0 B', '999 B', '1 kB', '1.23 kB', '45.6 MB', '2 TB', '5,000 TB',
  ]);
});

test('durations do, too', () => {
  assert.deepEqual([0, 8.2e-5, 0.0012, 0.99999, 3.4, 130, 7200, 400000].map(duration), [
    '0 s', '82 µs', '1.2 ms', '1 s', '3.4 s', '2 min', '2 h', '5 d',
  ]);
  assert.equal(duration(undefined), '–');
});

test('nothing of nothing is no share', () => {
  assert.equal(share(1, 3), '33.3%');
  assert.equal(share(0, 0), '–');
});
