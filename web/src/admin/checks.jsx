// SPDX-License-Identifier: MIT
// What `fraiseql check` finds, when somebody asks.
import { useState } from 'react';
import { Card, Problem } from './parts.jsx';
import { useAsk } from './requests.js';

const severities = [
  ['error', 'errors', 'Data or its protection is at risk now.'],
  ['warning', 'warnings', 'It will hurt under load or in an accident.'],
  ['note', 'notes', 'Worth knowing.'],
];

export function Checks() {
  const [answer, refusal, running, run] = useAsk();
  const [shown, setShown] = useState(() => new Set(severities.map(([name]) => name)));
  const toggle = (name) =>
    setShown((before) => {
      const after = new Set(before);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  const button = (
    <button type="button" disabled={running} onClick={() => run('findings', { method: 'POST' })}>
      {running ? 'Checking …' : 'Check now'}
    </button>
  );
  return (
    <Card title="Checks" aside={button}>
      <div aria-live="polite" aria-busy={running}>
        <Problem refusal={refusal} />
        {!answer && !refusal && (
          <p className="note">
            Reads the catalog, PostgreSQL&rsquo;s statistics and its settings, on a connection of
            its own, for half a minute at most, and changes nothing.
          </p>
        )}
        {answer && <Counts {...{ answer, shown, toggle }} />}
        {answer?.findings.length === 0 && <p>Nothing is wrong.</p>}
        {answer && (
          <ul className="findings">
            {answer.findings
              .filter(({ severity }) => shown.has(severity))
              .map((finding, index) => (
                <Finding key={index} finding={finding} />
              ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

function Counts({ answer, shown, toggle }) {
  return (
    <div className="filters" role="group" aria-label="Severities">
      {severities.map(([name, plural, meaning]) => (
        <label key={name} className={`severity-${name}`} title={meaning}>
          <input type="checkbox" checked={shown.has(name)} onChange={() => toggle(name)} />
          {answer[plural]} {answer[plural] === 1 ? name : plural}
        </label>
      ))}
    </div>
  );
}

function Finding({ finding: { severity, code, subject, message, hint } }) {
  return (
    <li className={`finding severity-${severity}`}>
      <p className="finding-head">
        <span className="badge">{severity}</span>
        <strong>{subject}</strong>
        <code>{code}</code>
      </p>
      <p>{message}</p>
      {hint && <p className="hint">{hint}</p>}
    </li>
  );
}
