// SPDX-License-Identifier: MIT
// Asks for the admin token, and whether the server takes it.
import { useState } from 'react';
import { refusalOf } from './requests.js';

/** Calls `onToken` with a token that the server has taken. */
export function TokenForm({ onToken }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const submit = async (event) => {
    event.preventDefault();
    try {
      const headers = { 'Admin-Token': text };
      const answer = await fetch(new URL('admin/state', document.baseURI), { headers });
      if (answer.ok) onToken(text);
      else if (answer.status === 401) setProblem('The server does not know this token.');
      else setProblem(refusalOf(answer.status, await answer.text()).message);
    } catch {
      setProblem('The server does not answer, or a token cannot look like this.');
    }
  };
  return (
    <form className="card token" onSubmit={submit} aria-label="Admin token">
      <h2>This page is for administrators</h2>
      <p>
        The server was started with an admin token. It is kept in this tab only, and forgotten
        with it.
      </p>
      <label>
        Admin token
        <input
          type="password"
          autoComplete="off"
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit" disabled={text === ''}>
        Open
      </button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
