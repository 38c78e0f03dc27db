// SPDX-License-Identifier: MIT
// Which part of the schema graph is drawn, and where its nodes stand.
import dagre from '@dagrejs/dagre';

/** More at once are no picture any more. */
export const mostNodes = 120;
export const box = { width: 210, height: 46 };

/** Returns {nodes: by id, reads: ids by id, readers: ids by id} of a graph of the server. */
export function indexOf({ nodes, edges }) {
  const index = { nodes: new Map(), reads: new Map(), readers: new Map() };
  for (const node of nodes) {
    index.nodes.set(node.id, node);
    index.reads.set(node.id, []);
    index.readers.set(node.id, []);
  }
  for (const [from, to] of edges) {
    index.reads.get(from)?.push(to);
    index.readers.get(to)?.push(from);
  }
  return index;
}

/** Returns the ids that `steps` (reads or readers) lead to from `id`, the nearest first. */
function follow(steps, id) {
  const seen = new Set([id]);
  for (const each of seen) for (const next of steps.get(each) ?? []) seen.add(next);
  return seen;
}

/**
 * Returns {ids, left}: what `id` reads, directly or not, and what reads it, the nearest first, as
 * far as that is a picture; `left` is how many are not among them.
 */
export function neighbours(index, id, most = mostNodes) {
  const reads = [...follow(index.reads, id)];
  const readers = [...follow(index.readers, id)].slice(1);
  const both = [];
  for (let i = 0; i < Math.max(reads.length, readers.length); i += 1)
    both.push(...reads.slice(i, i + 1), ...readers.slice(i, i + 1));
  return { ids: new Set(both.slice(0, most)), left: Math.max(0, both.length - most) };
}

/** Returns the nodes whose name or type has `text` in it, in any case; first what begins so. */
export function search(nodes, text) {
  const wanted = text.trim().toLowerCase();
  const rank = ({ name, types = [] }) => {
    const names = [name, name.slice(name.indexOf('.') + 1), ...types].map((n) => n.toLowerCase());
    if (names.some((each) => each.startsWith(wanted))) return 0;
    return names.some((each) => each.includes(wanted)) ? 1 : 2;
  };
  return nodes
    .map((node) => ({ node, order: rank(node) }))
    .filter(({ order }) => order < 2)
    .sort((a, b) => a.order - b.order || a.node.name.localeCompare(b.node.name))
    .map(({ node }) => node);
}

/** Returns {width, height, boxes: [{x, y, node}], lines: [{from, to, path}]} of the nodes `ids`. */
export function layOut(index, ids) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 70, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { ...box });
  for (const id of ids)
    for (const to of index.reads.get(id) ?? []) if (ids.has(to)) graph.setEdge(id, to);
  dagre.layout(graph);
  const boxes = graph.nodes().map((id) => {
    const { x, y } = graph.node(id);
    return { x: x - box.width / 2, y: y - box.height / 2, node: index.nodes.get(id) };
  });
  const lines = graph.edges().map((edge) => ({
    from: edge.v,
    to: edge.w,
    path: curve(graph.edge(edge).points),
  }));
  const { width = 0, height = 0 } = graph.graph();
  return { width, height, boxes, lines };
}

/** A smooth line through points: from middle to middle, bent at each. */
function curve(points) {
  const [first, ...rest] = points;
  const last = rest.pop();
  const at = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const bends = rest.map((point, i) => `Q${at(point)} ${at(middle(point, rest[i + 1] ?? last))}`);
  return `M${at(first)}${bends.join('')}L${at(last)}`;
}
