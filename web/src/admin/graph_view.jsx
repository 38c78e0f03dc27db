// SPDX-License-Identifier: MIT
// A drawing to move and to zoom: by pointer, wheel, keys and buttons.
import { useCallback, useEffect, useRef, useState } from 'react';
import { shorten } from '../plan_layout.js';
import { count } from './format.js';
import { box } from './graph_layout.js';

const padding = 10;
const lengthOfName = 27;
const zoomStep = 1.25;
const limits = { least: 0.05, most: 3 };
const step = 60;
const tip = { markerWidth: 7, markerHeight: 7 };
const kinds = [
  'view',
  'materialized view',
  'table',
  'partitioned table',
  'foreign table',
  'function',
];

/** Draws boxes and lines; `chosen` and `near` (ids around it) stand out. */
export function GraphView({ width, height, boxes, lines, near, left, chosen, onChoose }) {
  const place = useRef();
  const [view, setView] = useState();
  const drag = useRef();
  const dragged = useRef(false);

  const fit = useCallback(() => {
    const { clientWidth, clientHeight } = place.current;
    const scale = Math.min(clientWidth / width, clientHeight / height, 1);
    // What is too small to read is better seen in part.
    const readable = Math.max(scale, Math.min(0.45, clientWidth / width));
    setView({
      scale: readable,
      x: Math.max(0, (clientWidth - width * readable) / 2),
      y: Math.max(0, (clientHeight - height * readable) / 2),
    });
  }, [width, height]);
  useEffect(fit, [fit]);

  // What is chosen in the list, or covered by what is told of it, comes into sight.
  useEffect(() => {
    const it = boxes.find(({ node }) => node.id === chosen);
    if (!it) return;
    const { clientWidth, clientHeight } = place.current;
    setView((before) => {
      const { scale, x, y } = before;
      const within = (at, length, room) => at >= 0 && at + length <= room;
      const [left, top] = [x + it.x * scale, y + it.y * scale];
      const [wide, high] = [box.width * scale, box.height * scale];
      if (within(left, wide, clientWidth) && within(top, high, clientHeight)) return before;
      return {
        scale,
        x: x - left + (clientWidth - wide) / 2,
        y: y - top + (clientHeight - high) / 2,
      };
    });
  }, [chosen, boxes]);

  const zoom = useCallback((factor, at) => {
    setView((before) => {
      const scale = Math.min(limits.most, Math.max(limits.least, before.scale * factor));
      const ratio = scale / before.scale;
      const { x, y } = at ?? {
        x: place.current.clientWidth / 2,
        y: place.current.clientHeight / 2,
      };
      return { scale, x: x - (x - before.x) * ratio, y: y - (y - before.y) * ratio };
    });
  }, []);
  const move = (x, y) => setView((before) => ({ ...before, x: before.x + x, y: before.y + y }));

  useEffect(() => {
    const element = place.current;
    // React's own listener could not keep the page from scrolling.
    const turn = (event) => {
      event.preventDefault();
      const { left: x, top: y } = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 400), { x: event.clientX - x, y: event.clientY - y });
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [zoom]);

  const keys = {
    '+': () => zoom(zoomStep),
    '-': () => zoom(1 / zoomStep),
    0: fit,
    ArrowLeft: () => move(step, 0),
    ArrowRight: () => move(-step, 0),
    ArrowUp: () => move(0, step),
    ArrowDown: () => move(0, -step),
  };
  const onKeyDown = (event) => {
    const act = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const onPointerDown = (event) => {
    if (event.button !== 0) return;
    drag.current = { x: event.clientX, y: event.clientY, moved: false };
    dragged.current = false;
  };
  const onPointerMove = (event) => {
    const from = drag.current;
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.moved && Math.abs(x) + Math.abs(y) < 4) return;
    if (!from.moved) event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, y: event.clientY, moved: true };
    move(x, y);
  };
  const onPointerUp = () => {
    dragged.current = drag.current?.moved ?? false;
    drag.current = undefined;
  };
  // The click that ends a drag chooses nothing.
  const onClickCapture = (event) => {
    if (dragged.current) event.stopPropagation();
    dragged.current = false;
  };
  const faded = (id) => (near && !near.has(id) ? 'faded' : '');
  return (
    <>
      <div
        className="graph-place"
        ref={place}
        tabIndex={0}
        role="group"
        aria-label="Graph of what reads what: arrow keys move it, + and - zoom, 0 shows all"
        {...{ onKeyDown, onPointerDown, onPointerMove, onPointerUp, onClickCapture }}
        onPointerCancel={onPointerUp}
      >
        <svg width="100%" height="100%">
          <defs>
            <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" orient="auto" {...tip}>
              <path d="M0 0L8 4L0 8z" className="tip" />
            </marker>
          </defs>
          {view && (
            <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
              {lines.map(({ from, to, path }) => (
                <path
                  key={`${from} ${to}`}
                  d={path}
                  className={`line ${faded(from) || faded(to)}`}
                  markerEnd="url(#tip)"
                />
              ))}
              {boxes.map(({ x, y, node }) => (
                <NodeBox
                  key={node.id}
                  {...{ x, y, node }}
                  className={`${faded(node.id)} ${node.id === chosen ? 'chosen' : ''}`}
                  onChoose={() => onChoose(node.id === chosen ? undefined : node.id)}
                />
              ))}
            </g>
          )}
        </svg>
      </div>
      <div className="graph-tools">
        <ul className="kinds" aria-label="Colours">
          {kinds
            .filter((kind) => boxes.some(({ node }) => node.kind === kind))
            .map((kind) => (
              <li key={kind}>
                <span className={`dot ${classOf(kind)}`} /> {kind}
              </li>
            ))}
        </ul>
        {left > 0 && <p className="note">{count(left)} more are further away.</p>}
        <button type="button" aria-label="Zoom in" onClick={() => zoom(zoomStep)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / zoomStep)}>
          −
        </button>
        <button type="button" onClick={fit}>
          Fit
        </button>
      </div>
    </>
  );
}

/** Returns the class that colours a kind of node. */
export const classOf = (kind) => `kind-${kind.replaceAll(' ', '-')}`;

/** An svg of its own, so that what is wider than it thinks is cut off at the edge. */
function NodeBox({ x, y, node, className, onChoose }) {
  const { name, kind, types, rows, rowSecurity } = node;
  const what = types?.length > 0 ? types.join(', ') : kind;
  const size = rows === undefined ? '' : ` · ${count(Math.round(rows))} rows`;
  const said = `${name}, ${kind}${types?.length > 0 ? `, type ${what}` : ''}${size}`;
  const press = (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onChoose();
  };
  return (
    <svg className={`node ${classOf(kind)} ${className}`} x={x} y={y} {...box}>
      <g role="button" tabIndex={0} aria-label={said} onClick={onChoose} onKeyDown={press}>
        <title>{said}</title>
        <rect className="frame" x="1" y="1" width={box.width - 2} height={box.height - 2} rx="5" />
        <rect className="mark" x="1" y="1" width="4" height={box.height - 2} rx="2" />
        <text className="name" x={padding + 3} y="19">
          {shorten(name.slice(name.indexOf('.') + 1), lengthOfName)}
        </text>
        <text className="what" x={padding + 3} y="36">
          {shorten(`${what}${size}${rowSecurity ? ' · RLS' : ''}`, lengthOfName + 6)}
        </text>
      </g>
    </svg>
  );
}
