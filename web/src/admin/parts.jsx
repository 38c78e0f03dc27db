// SPDX-License-Identifier: MIT
// What several parts of the page are made of.
import { useState } from 'react';
import { TextTable } from '../text_table.jsx';

/** What stands in the way of an answer, or is `missing` for it; nothing where nothing is. */
export function Problem({ refusal, missing }) {
  if (!refusal) return null;
  return (
    <p role="alert" className={missing ? 'problem missing' : 'problem'}>
      {refusal.message} {refusal.hint && <span>{refusal.hint}</span>}
    </p>
  );
}

/** A part of the page under a heading. */
export function Card({ title, aside, children, className = '' }) {
  return (
    <section className={`card ${className}`} aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Names with their values: `rows` are [name, value, whether it is bad]. */
export function Facts({ rows }) {
  return (
    <dl className="facts">
      {rows.map(([name, value, bad]) => (
        <div key={name} className={bad ? 'bad' : undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/**
 * A table that can be ordered by its columns, each {name, value, show, numeric}: `value` is what
 * counts for the order, `show` (of the row) what is seen, `value` where it is missing.
 */
export function SortedTable({ label, columns, rows, first = 0 }) {
  const [order, setOrder] = useState({ column: first, down: columns[first].numeric ?? false });
  const { value } = columns[order.column];
  const sign = order.down ? -1 : 1;
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === y) return 0;
    return sign * (x < y ? -1 : 1);
  };
  const turn = (column) =>
    setOrder(({ column: before, down }) => ({
      column,
      down: column === before ? !down : (columns[column].numeric ?? false),
    }));
  return (
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name, numeric }, column) => (
              <th
                key={name}
                scope="col"
                className={numeric ? 'number' : undefined}
                aria-sort={sortOf(order, column)}
              >
                <button type="button" className="sort" onClick={() => turn(column)}>
                  {name}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...rows].sort(compare).map((row, index) => (
            <tr key={index}>
              {columns.map(({ name, numeric, show, value: plain }) => (
                <td key={name} className={numeric ? 'number' : undefined}>
                  {(show ?? plain)(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sortOf({ column, down }, each) {
  if (column !== each) return undefined;
  return down ? 'descending' : 'ascending';
}

/** A table of texts, row by row. */
export function Table({ columns, rows }) {
  return (
    <div className="scroll">
      <TextTable columns={columns} rows={rows} />
    </div>
  );
}

/** A text to copy; `what` it is completes "Copy …". */
export function Code({ text, what }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div className="code">
      <pre tabIndex={0}>{text}</pre>
      {navigator.clipboard && (
        <button type="button" className="quiet" aria-label={`Copy ${what}`} onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}
