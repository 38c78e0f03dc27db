// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { box, indexOf, layOut, neighbours, search } from './graph_layout.js';

const names = ['v_post', 'v_user', 'tb_post', 'tb_user', 'tb_other'];
const graph = {
  nodes: names.map((name) => ({ id: name, name: `public.${name}` })),
  edges: [['v_post', 'v_user'], ['v_post', 'tb_post'], ['v_user', 'tb_user']],
};

test('finds what a node reads and what reads it', () => {
  const index = indexOf(graph);
  assert.deepEqual([...neighbours(index, 'v_user').ids].sort(), ['tb_user', 'v_post', 'v_user']);
  const few = neighbours(index, 'v_post', 2);
  assert.deepEqual([[...few.ids], few.left], [['v_post', 'v_user'], 2]);
});

test('ends where views read each other', () => {
  const index = indexOf({ nodes: [{ id: 'a' }, { id: 'b' }], edges: [['a', 'b'], ['b', 'a']] });
  assert.equal(neighbours(index, 'a').ids.size, 2);
});

test('finds names without their schema, and types', () => {
  const nodes = [...graph.nodes, { id: 'x', name: 'app.zed', types: ['Post'] }];
  assert.deepEqual(search(nodes, 'TB_').map(({ id }) => id), ['tb_other', 'tb_post', 'tb_user']);
  assert.deepEqual(search(nodes, 'post').map(({ id }) => id), ['x', 'tb_post', 'v_post']);
  assert.equal(search(nodes, '').length, nodes.length);
});

test('puts what is read to the right of who reads it, and no box on another', () => {
  const { boxes, lines, width, height } = layOut(indexOf(graph), new Set(names));
  const at = new Map(boxes.map(({ x, y, node }) => [node.id, { x, y }]));
  for (const { from, to, path } of lines) {
    assert.ok(at.get(from).x + box.width < at.get(to).x);
    assert.match(path, /^M[\d.]+ [\d.]+(Q[\d.]+ [\d.]+ [\d.]+ [\d.]+)+L[\d.]+ [\d.]+$/);
  }
  assert.equal(lines.length, 3);
  for (const a of at.values())
    for (const b of at.values())
      assert.ok(a === b || Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height);
  assert.ok(width > 2 * box.width && height > 2 * box.height);
});
