// SPDX-License-Identifier: MIT
// What /admin/explain says of an operation: hints, plans, SQL, parameters, and sources of fields.
import { CopyIcon } from '@graphiql/react';
import copy from 'copy-to-clipboard';
import { useState } from 'react';
import { PlanTree } from './plan_tree.jsx';
import { parameterTable, sourceTable, TextTable } from './text_table.jsx';

/** Shows the report that `explain` returned. */
export function ExplainReport({ report: { statements, sources, hints } }) {
  return (
    <>
      <Hints hints={hints} />
      {statements.map((statement, index) => (
        <Statement key={index} statement={statement} />
      ))}
      {sources.length > 0 && <Table title="Sources" {...sourceTable(sources)} />}
    </>
  );
}

function Hints({ hints }) {
  return (
    <section aria-label="Hints">
      <h3>Hints</h3>
      {hints.length === 0 && <p>Nothing that would make it cheaper.</p>}
      {hints.map(({ code, path, message, sql, note }, index) => (
        <div key={index} className="explain-hint">
          <p>
            <strong>{code}</strong>
            {path && <code> {path}</code>}
          </p>
          <p>{message}</p>
          {sql && <Code text={sql} what={`the statement of ${code}`} />}
          {note && <p>{note}</p>}
        </div>
      ))}
    </section>
  );
}

function Statement({ statement: { fields, sql, parameters, plan, note } }) {
  const label = fields.join(', ');
  return (
    <section aria-label={`Statement of ${label}`}>
      <h3>Plan of {label}</h3>
      {note && <p>{note}</p>}
      {plan && <PlanTree root={plan.root} label={label} />}
      {plan?.executionTime !== undefined && (
        <p>
          Planned in {plan.planningTime} ms, executed in {plan.executionTime} ms.
        </p>
      )}
      <h3>SQL</h3>
      <Code text={sql} what="the SQL" />
      {parameters.length > 0 && <Table title="Parameters" {...parameterTable(parameters)} />}
    </section>
  );
}

function Table({ title, columns, rows }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <TextTable className="explain-table" columns={columns} rows={rows} />
    </section>
  );
}

/** A text to copy; `what` it is completes "Copy …". */
function Code({ text, what }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="explain-code">
      <pre tabIndex={0}>{text}</pre>
      <button
        type="button"
        className="graphiql-un-styled"
        aria-label={`Copy ${what}`}
        onClick={() => setCopied(copy(text, { format: 'text/plain' }))}
      >
        <CopyIcon aria-hidden="true" />
      </button>
      <span role="status">{copied && 'Copied'}</span>
    </div>
  );
}
