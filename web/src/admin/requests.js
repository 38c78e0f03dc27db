// SPDX-License-Identifier: MIT
// What the page asks its server, with the admin token where one is needed.
import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';

const key = 'fraiseql-admin-token';

/** The token of this tab, which ends with it; empty where there is none. */
export const token = {
  get: () => sessionStorage.getItem(key) ?? '',
  set: (text) => sessionStorage.setItem(key, text),
  forget: () => sessionStorage.removeItem(key),
};

/** An answer that is none; `wantsToken` where the server wants a token, or another one. */
export class Refusal extends Error {
  constructor(message, { hint = '', wantsToken = false } = {}) {
    super(message);
    this.hint = hint;
    this.wantsToken = wantsToken;
  }
}

/** Returns what the server answers at `admin/path`; throws a Refusal. */
export async function ask(path, { method = 'GET', signal } = {}) {
  const headers = { Accept: 'application/json' };
  if (token.get()) headers['Admin-Token'] = token.get();
  let response;
  try {
    response = await fetch(new URL(`admin/${path}`, document.baseURI), { method, headers, signal });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refusal('The server does not answer.');
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw refusalOf(response.status, text);
}

/** Returns the Refusal that a response of another status is. */
export function refusalOf(status, text) {
  let error;
  try {
    error = JSON.parse(text).errors?.[0];
  } catch {
    error = undefined;
  }
  return new Refusal(error?.message ?? `The server answered ${status}.`, {
    hint: error?.extensions?.hint,
    wantsToken: status === 401,
  });
}

/** Called with each Refusal, so that the page can ask for the token. */
export const OnRefusal = createContext(() => {});

/**
 * Asks again and again while the page is seen, `interval` milliseconds after each answer. `take`
 * gets what `path()` answers. Returns the last Refusal, undefined once there is an answer.
 */
export function usePolling(path, interval, take) {
  const [refusal, setRefusal] = useState();
  const onRefusal = useContext(OnRefusal);
  const latest = useRef();
  latest.current = { path, take };
  useEffect(() => {
    const controller = new AbortController();
    let timer;
    const next = async () => {
      clearTimeout(timer);
      if (controller.signal.aborted) return;
      if (!document.hidden) await once();
      if (!controller.signal.aborted) timer = setTimeout(next, interval);
    };
    const once = async () => {
      try {
        const answer = await ask(latest.current.path(), { signal: controller.signal });
        latest.current.take(answer);
        setRefusal(undefined);
      } catch (error) {
        if (controller.signal.aborted) return;
        setRefusal(error);
        onRefusal(error);
      }
    };
    next();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [interval, onRefusal]);
  return refusal;
}

/** Returns [answer, refusal, running, run]: the last answer of `ask`, when run is called. */
export function useAsk() {
  const [state, setState] = useState({ running: false });
  const onRefusal = useContext(OnRefusal);
  const run = useCallback(
    async (path, options) => {
      setState((before) => ({ ...before, running: true }));
      try {
        setState({ answer: await ask(path, options), running: false });
      } catch (refusal) {
        onRefusal(refusal);
        setState({ refusal, running: false });
      }
    },
    [onRefusal],
  );
  return [state.answer, state.refusal, state.running, run];
}
