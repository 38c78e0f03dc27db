// SPDX-License-Identifier: MIT
// Operations by what they take: of the database, and of this server.
import { useState } from 'react';
import { bytes, count, duration } from './format.js';
import { Card, Problem, SortedTable } from './parts.jsx';
import { usePolling } from './requests.js';

const numeric = (name, value, show = count) => ({
  name,
  value,
  show: (row) => show(value(row)),
  numeric: true,
});
const milliseconds = (value) => duration(value / 1000);

export function Operations({ showPlan }) {
  const [answer, setAnswer] = useState();
  const refusal = usePolling(() => 'operations', 5000, setAnswer);
  const queries = new Map(answer?.counted.map(({ operation, query }) => [operation, query]));
  const operation = {
    name: 'Operation',
    value: (row) => row.operation,
    show: ({ operation: name }) => <Name {...{ name, query: queries.get(name), showPlan }} />,
  };
  return (
    <>
      <Problem refusal={refusal} />
      {answer && <OfDatabase {...{ answer, operation }} />}
      {answer && <OfServer {...{ answer, operation }} />}
    </>
  );
}

function Name({ name, query, showPlan }) {
  return (
    <span className="operation">
      <code>{name}</code>
      {query && (
        <button type="button" className="quiet" onClick={() => showPlan(query)}>
          Plan
        </button>
      )}
    </span>
  );
}

function OfDatabase({ answer: { database, problem }, operation }) {
  const columns = [
    operation,
    {
      name: 'Share',
      value: (row) => row.share,
      show: (row) => <Share share={row.share} />,
      numeric: true,
    },
    numeric('Calls', (row) => row.calls),
    numeric('Total', (row) => row.total_ms, milliseconds),
    numeric('Mean', (row) => row.mean_ms, milliseconds),
    numeric('Rows', (row) => row.rows),
    numeric('Blocks found', (row) => row.blocks_hit),
    numeric('Blocks read', (row) => row.blocks_read),
  ];
  const since = database?.since && <small>since {database.since}</small>;
  return (
    <Card title="Time of the database" aside={since}>
      <Problem refusal={problem} missing />
      {database && (
        <SortedTable
          label="Operations by time of the database"
          columns={columns}
          rows={database.operations}
          first={1}
        />
      )}
      {database?.hidden_statements > 0 && (
        <p className="note">
          {count(database.hidden_statements)} statements of other roles are among (others): GRANT
          pg_read_all_stats to the server&rsquo;s role.
        </p>
      )}
    </Card>
  );
}

function OfServer({ answer: { counted }, operation }) {
  const columns = [
    operation,
    numeric('Total', (row) => row.totalSeconds, duration),
    numeric('Calls', (row) => row.calls),
    numeric('Errors', (row) => row.errors),
    numeric('Mean', (row) => row.totalSeconds / Math.max(row.calls, 1), duration),
    numeric('p95, at most', (row) => row.p95, duration),
    numeric('Longest', (row) => row.longest, duration),
    numeric('Rows', (row) => row.rows),
    numeric('Sent', (row) => row.bytes, bytes),
  ];
  return (
    <Card title="Time of requests" aside={<small>since this server started</small>}>
      {counted.length === 0 ? (
        <p className="note">Nothing has been asked yet.</p>
      ) : (
        <SortedTable
          label="Operations by time of requests"
          columns={columns}
          rows={counted}
          first={1}
        />
      )}
    </Card>
  );
}

function Share({ share }) {
  return (
    <span className="share">
      <meter min="0" max="1" value={share} aria-hidden="true" />
      {(100 * share).toFixed(1)}%
    </span>
  );
}
