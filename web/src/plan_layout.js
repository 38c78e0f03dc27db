// SPDX-License-Identifier: MIT
// Where the nodes of a plan stand in its drawing, and what they say.
import { hierarchy, tree } from 'd3-hierarchy';

export const box = { width: 176, height: 80 };
const gap = { x: 12, y: 24 };
const margin = 2;
const hot = 0.5;
const warm = 0.2;

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const milliseconds = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

/**
 * Returns the size of the drawing of a plan whose root is `root`, its boxes (`x` and `y` of their
 * upper left corners, and their `node`), and the paths of the lines between them.
 */
export function layOut(root) {
  const nodes = tree()
    .nodeSize([box.width + gap.x, box.height + gap.y])
    .separation(() => 1)(hierarchy(root))
    .descendants();
  let left = 0;
  let right = 0;
  let bottom = 0;
  for (const { x, y } of nodes) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  const place = ({ x, y }) => ({ x: x - left + margin, y: y + margin });
  return {
    width: right - left + box.width + 2 * margin,
    height: bottom + box.height + 2 * margin,
    boxes: nodes.map((node) => ({ ...place(node), node: node.data })),
    lines: nodes.slice(1).map((node) => line(place(node.parent), place(node))),
  };
}

function line(above, below) {
  const half = box.width / 2;
  const middle = above.y + box.height + gap.y / 2;
  return `M${above.x + half} ${above.y + box.height}V${middle}H${below.x + half}V${below.y}`;
}

/** Returns the four lines of a node's box: type, relation, field, and cost with rows. */
export function linesOf(node) {
  return [typeOf(node), relationOf(node), fieldOf(node), `${shareOf(node)}, ${rowsOf(node)}`];
}

/** Returns everything that is known of a node, a line each. */
export function detailsOf(node) {
  const details = linesOf(node).filter((text) => text !== '');
  if (node.index && node.relation) details.push(`Index: ${node.index}`);
  for (const [name, text] of Object.entries(node.conditions ?? {}))
    details.push(`${name}: ${text}`);
  if (node.filter) details.push(`Filter: ${node.filter}`);
  if (node.sortKey) details.push(`Sort Key: ${node.sortKey.join(', ')}`);
  if (node.actual) {
    const { time, loops, rowsRemoved } = node.actual;
    const times = loops === 1 ? '' : ` × ${numbers.format(loops)} loops`;
    details.push(`Time: ${milliseconds.format(time)} ms${times}`);
    if (rowsRemoved > 0) details.push(`Rows removed: ${numbers.format(rowsRemoved)}`);
  }
  if (node.buffers) {
    const { hit, read, spilled } = node.buffers;
    details.push(`Buffers: hit ${hit}, read ${read}, spilled ${spilled}`);
  }
  details.push(`Cost: ${numbers.format(node.cost)}`);
  return details;
}

/** Returns how a node's share of the whole is coloured: `hot`, `warm` or `cool`. */
export function heatOf({ share }) {
  if (share >= hot) return 'hot';
  return share >= warm ? 'warm' : 'cool';
}

/** Returns one sentence on the plan, for those who do not see it. */
export function summaryOf(root) {
  const nodes = hierarchy(root).descendants();
  const dearest = nodes.reduce((a, b) => (b.data.share > a.data.share ? b : a)).data;
  const [type, relation, field] = linesOf(dearest);
  const where = [type, relation, field].filter((text) => text !== '').join(', ');
  const count = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
  return `Plan of ${count}. The most costly has ${shareOf(dearest)}: ${where}.`;
}

/** Returns at most `length` characters of a text. */
export function shorten(text, length) {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

function typeOf({ subplan, type }) {
  return subplan ? `${type} (${subplan})` : type;
}

function relationOf({ schema, relation, index, scanned }) {
  if (relation) return schema ? `${schema}.${relation}` : relation;
  return index ?? scanned ?? '';
}

function fieldOf({ attribution, path }) {
  if (attribution === 'none' || !path) return 'no single field';
  return attribution === 'enclosing' ? `within ${path}` : path;
}

function shareOf({ share }) {
  return `${Math.round(share * 100)}%`;
}

function rowsOf({ actual, rows }) {
  const expected = numbers.format(rows);
  return actual ? `rows ${numbers.format(actual.rows)} (exp. ${expected})` : `rows ${expected}`;
}
