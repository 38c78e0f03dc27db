// SPDX-License-Identifier: MIT
// What an operation costs, drawn.
import { useContext, useState } from 'react';
import { explain } from '../explain_request.js';
import { PlanTree } from '../plan_tree.jsx';
import { parameterTable, sourceTable } from '../text_table.jsx';
import { Card, Code, Problem, Table } from './parts.jsx';
import { OnRefusal, token } from './requests.js';

const endpoint = new URL('admin/explain', document.baseURI);

export function Plans({ query, setQuery }) {
  const [variables, setVariables] = useState('');
  const [headers, setHeaders] = useState('');
  const [analyze, setAnalyze] = useState(false);
  const [answer, setAnswer] = useState();
  const [running, setRunning] = useState(false);
  const onRefusal = useContext(OnRefusal);
  const submit = async (event) => {
    event.preventDefault();
    setRunning(true);
    const asked = { query, variables, headers, token: token.get(), analyze };
    const answered = await explain(endpoint, asked);
    if (answered.wantsToken) onRefusal({ wantsToken: true });
    setAnswer(answered);
    setRunning(false);
  };
  return (
    <>
      <Card title="Operation">
        <form className="operation-form" onSubmit={submit}>
          <Editor label="Query" value={query} set={setQuery} rows={9} />
          <div>
            <Editor label="Variables, as JSON" value={variables} set={setVariables} rows={3} />
            <Editor label="Header fields, as JSON" value={headers} set={setHeaders} rows={3} />
          </div>
          <div className="actions">
            <button type="submit" disabled={running || query.trim() === ''}>
              {running ? 'Explaining …' : 'Explain'}
            </button>
            <label>
              <input
                type="checkbox"
                checked={analyze}
                onChange={(event) => setAnalyze(event.target.checked)}
              />
              execute the query and measure it; what it does is rolled back
            </label>
          </div>
        </form>
      </Card>
      <div className="stack" aria-live="polite" aria-busy={running}>
        {answer?.errors?.map(({ message, place, hint }, index) => (
          <Problem
            key={index}
            refusal={{ message: place ? `${message} (${place})` : message, hint }}
          />
        ))}
        {answer?.report && <Report report={answer.report} />}
      </div>
    </>
  );
}

function Editor({ label, value, set, rows }) {
  return (
    <label className="editor">
      {label}
      <textarea
        rows={rows}
        spellCheck="false"
        autoComplete="off"
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
}

function Report({ report: { statements, sources, hints } }) {
  return (
    <>
      <Card title="Hints">
        {hints.length === 0 && <p className="note">Nothing that would make it cheaper.</p>}
        <ul className="findings">
          {hints.map(({ code, path, message, sql, note }, index) => (
            <li key={index} className="finding severity-warning">
              <p className="finding-head">
                <strong>{code}</strong> {path && <code>{path}</code>}
              </p>
              <p>{message}</p>
              {sql && <Code text={sql} what={`the statement of ${code}`} />}
              {note && <p className="hint">{note}</p>}
            </li>
          ))}
        </ul>
      </Card>
      {statements.map((statement, index) => (
        <Statement key={index} statement={statement} />
      ))}
      {sources.length > 0 && (
        <Card title="Sources">
          <Table {...sourceTable(sources)} />
        </Card>
      )}
    </>
  );
}

function Statement({ statement: { fields, sql, parameters, plan, note } }) {
  const label = fields.join(', ');
  const times = plan?.executionTime !== undefined && (
    <small>
      planned in {plan.planningTime} ms, executed in {plan.executionTime} ms
    </small>
  );
  return (
    <Card title={`Plan of ${label}`} aside={times}>
      {note && <p className="note">{note}</p>}
      {plan && <PlanTree root={plan.root} label={label} />}
      <Code text={sql} what="the SQL" />
      {parameters.length > 0 && <Table {...parameterTable(parameters)} />}
    </Card>
  );
}
