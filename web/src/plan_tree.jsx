// SPDX-License-Identifier: MIT
// The drawing of a plan: a box for each node, the inputs of a node below it.
import { useId, useMemo } from 'react';
import { box, detailsOf, heatOf, layOut, linesOf, shorten, summaryOf } from './plan_layout.js';

const padding = 8;
const lineHeight = 16;
const frame = { x: 1, y: 1, rx: 4, width: box.width - 2, height: box.height - 2 };
const barHeight = 6;
const lengthOfLine = 24;
const lineClasses = ['plan-type', 'plan-relation', 'plan-field', 'plan-rows'];

/** Draws the plan whose root is `root`; `label` names the statement. */
export function PlanTree({ root, label }) {
  const title = useId();
  const { width, height, boxes, lines } = useMemo(() => layOut(root), [root]);
  return (
    <div className="plan" tabIndex={0} role="region" aria-label={`Plan of ${label}`}>
      <svg role="img" aria-labelledby={title} width={width} height={height}>
        <title id={title}>{summaryOf(root)}</title>
        {lines.map((path, index) => (
          <path key={index} className="plan-line" d={path} />
        ))}
        {boxes.map(({ x, y, node }, index) => (
          <PlanBox key={index} x={x} y={y} node={node} />
        ))}
      </svg>
    </div>
  );
}

/** An svg of its own, so that what is wider than it thinks is cut off at the edge. */
function PlanBox({ x, y, node }) {
  const texts = linesOf(node).map((text, line) => [lineClasses[line], text]);
  const lines = texts.filter(([, text]) => text !== '');
  return (
    <svg className={`plan-box plan-${heatOf(node)}`} x={x} y={y} {...box}>
      <title>{detailsOf(node).join('\n')}</title>
      <rect className="plan-frame" {...frame} />
      {lines.map(([className, text], line) => (
        <text key={className} className={className} x={padding} y={(line + 1) * lineHeight}>
          {shorten(text, lengthOfLine)}
        </text>
      ))}
      <rect
        className="plan-share"
        x={frame.x}
        y={box.height - barHeight - 1}
        width={node.share * frame.width}
        height={barHeight}
      />
    </svg>
  );
}
