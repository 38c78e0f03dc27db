// SPDX-License-Identifier: MIT
// The Explain panel: a plugin of GraphiQL that shows what the operation in the editor costs.
import { Button, Spinner, useEditorContext } from '@graphiql/react';
import { useState } from 'react';
import { ExplainReport } from './explain_report.jsx';
import { explain } from './explain_request.js';

/** Returns the plugin that asks `endpoint`. */
export function explainPlugin(endpoint) {
  // GraphiQL unmounts a panel that it hides. The token lives here and nowhere else.
  const kept = { token: '', wantsToken: false, analyze: false, answer: null };
  return {
    title: 'Explain',
    icon: ExplainIcon,
    content: () => <ExplainPanel endpoint={endpoint} kept={kept} />,
  };
}

/** A state that outlives its component as the member `name` of `kept`. */
function useKept(kept, name) {
  const [value, setValue] = useState(kept[name]);
  const set = (next) => {
    kept[name] = next;
    setValue(next);
  };
  return [value, set];
}

function ExplainPanel({ endpoint, kept }) {
  const { queryEditor, variableEditor, headerEditor } = useEditorContext({ nonNull: true });
  const [token, setToken] = useKept(kept, 'token');
  const [wantsToken, setWantsToken] = useKept(kept, 'wantsToken');
  const [analyze, setAnalyze] = useKept(kept, 'analyze');
  const [answer, setAnswer] = useKept(kept, 'answer');
  const [running, setRunning] = useState(false);

  const ask = async (event) => {
    event.preventDefault();
    setRunning(true);
    const answered = await explain(endpoint, {
      query: queryEditor?.getValue() ?? '',
      operationName: queryEditor?.operationName,
      variables: variableEditor?.getValue(),
      headers: headerEditor?.getValue(),
      token,
      analyze,
    });
    if (answered.wantsToken) setWantsToken(true);
    setAnswer(answered);
    setRunning(false);
  };

  return (
    <section className="explain" aria-label="Explain">
      <h2 className="explain-title">Explain</h2>
      <form className="explain-form" onSubmit={ask}>
        {wantsToken && (
          <label>
            Admin-Token
            <input
              type="password"
              autoComplete="off"
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          </label>
        )}
        <label title="Executes the query and rolls it back; mutations are only planned">
          <input
            type="checkbox"
            checked={analyze}
            onChange={(event) => setAnalyze(event.target.checked)}
          />
          analyze
        </label>
        <Button type="submit" disabled={running}>
          Explain
        </Button>
      </form>
      <div aria-live="polite" aria-busy={running}>
        {running && <Spinner />}
        {!running && answer?.errors && <Errors errors={answer.errors} />}
        {!running && answer?.report && <ExplainReport report={answer.report} />}
      </div>
    </section>
  );
}

function Errors({ errors }) {
  return (
    <div role="alert" className="explain-errors">
      {errors.map(({ message, place, code, hint }, index) => (
        <p key={index}>
          {message} {place && `(${place})`} {hint} {code && <code>{code}</code>}
        </p>
      ))}
    </div>
  );
}

function ExplainIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <rect x="8" y="2.5" width="8" height="5" rx="1" />
      <rect x="1.5" y="16.5" width="8" height="5" rx="1" />
      <rect x="14.5" y="16.5" width="8" height="5" rx="1" />
      <path d="M12 7.5V12M5.5 16.5V12H18.5V16.5" />
    </svg>
  );
}
