// SPDX-License-Identifier: MIT
// Asks the server at /admin/explain what an operation costs.

const withoutToken =
  'There is also nothing there where a server explains to nobody: without an admin token ' +
  '(FRAISEQL_ADMIN_TOKEN) only development on a loopback address does.';

/**
 * Returns the explanation of an operation as `{report}`, or what stands in its way as `{errors:
 * [{message, place, code, hint}], wantsToken}`. `variables` and `headers` are the texts of the
 * editors; `token` is empty where none was given, and `analyze` a boolean.
 */
export async function explain(endpoint, asked) {
  const { query, operationName, variables, headers, token, analyze } = asked;
  try {
    const body = {
      query,
      operationName: operationName ?? undefined,
      variables: readObject('Variables', variables),
      extensions: { explain: { analyze } },
    };
    const sent = new Headers(readObject('Headers', headers));
    sent.set('Content-Type', 'application/json');
    sent.set('Accept', 'application/json');
    if (token) sent.set('Admin-Token', token);
    const request = { method: 'POST', headers: sent, body: JSON.stringify(body) };
    return await readAnswer(await fetch(endpoint, request));
  } catch (error) {
    return { errors: [{ message: error.message }], wantsToken: false };
  }
}

/** Returns the object that an editor's text is; nothing for a text of spaces. */
export function readObject(what, text) {
  if (!text?.trim()) return undefined;
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} are invalid JSON: ${error.message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} are not a JSON object.`);
  return value;
}

/** Returns what a response of /admin/explain says; see `explain`. */
export async function readAnswer(response) {
  const text = await response.text();
  const document = parseIfJson(text);
  if (response.ok && Array.isArray(document?.statements)) return { report: document };
  const wantsToken = /\bAdmin-Token\b/.test(response.headers.get('WWW-Authenticate') ?? '');
  const errors = Array.isArray(document?.errors)
    ? document.errors.map(({ message, locations, extensions }) => ({
        message,
        place: locations?.map(({ line, column }) => `line ${line}, column ${column}`).join('; '),
        code: extensions?.code,
        hint: extensions?.hint,
      }))
    : [{ message: `The server answered ${response.status}: ${text || response.statusText}` }];
  if (response.status === 404) errors.push({ message: withoutToken });
  return { errors, wantsToken };
}

function parseIfJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
