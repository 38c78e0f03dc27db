// SPDX-License-Identifier: MIT
// The page at /admin: how the server and its database are doing.
import { useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Checks } from './checks.jsx';
import { Operations } from './operations.jsx';
import { Overview } from './overview.jsx';
import { Plans } from './plans.jsx';
import { OnRefusal, token } from './requests.js';
import { SchemaGraph } from './schema_graph.jsx';
import { TokenForm } from './token_form.jsx';
import './admin.css';

const tabs = [
  ['overview', 'Overview', Overview],
  ['operations', 'Operations', Operations],
  ['plans', 'Plans', Plans],
  ['checks', 'Checks', Checks],
  ['schema', 'Schema', SchemaGraph],
];

/** The tab that the address names, and how to go to another. */
function useTab() {
  const read = () => tabs.find(([id]) => `#${id}` === location.hash) ?? tabs[0];
  const [tab, setTab] = useState(read);
  useEffect(() => {
    const follow = () => setTab(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return tab;
}

function App() {
  const [id, title, Content] = useTab();
  const [wantsToken, setWantsToken] = useState(false);
  const [signedIn, setSignedIn] = useState(token.get() !== '');
  const [query, setQuery] = useState('');
  const onRefusal = useCallback((refusal) => {
    if (!refusal.wantsToken) return;
    token.forget();
    setSignedIn(false);
    setWantsToken(true);
  }, []);
  const open = (text) => {
    token.set(text);
    setSignedIn(true);
    setWantsToken(false);
  };
  const close = () => {
    token.forget();
    setSignedIn(false);
    setWantsToken(true);
  };
  const showPlan = (text) => {
    setQuery(text);
    location.hash = '#plans';
  };
  useEffect(() => {
    document.title = `${title} · FraiseQL admin`;
  }, [title]);
  return (
    <OnRefusal.Provider value={onRefusal}>
      <header className="top">
        <img src="admin/icon.svg" alt="" width="24" height="24" />
        <h1>FraiseQL</h1>
        <nav aria-label="Parts of the page">
          {tabs.map(([each, name]) => (
            <a key={each} href={`#${each}`} aria-current={each === id ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        {signedIn && (
          <button type="button" className="quiet" onClick={close}>
            Forget token
          </button>
        )}
      </header>
      <main>
        {wantsToken ? (
          <TokenForm onToken={open} />
        ) : (
          <Content query={query} setQuery={setQuery} showPlan={showPlan} />
        )}
      </main>
    </OnRefusal.Provider>
  );
}

createRoot(document.getElementById('root')).render(<App />);
