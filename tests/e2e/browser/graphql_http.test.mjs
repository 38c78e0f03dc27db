// SPDX-License-Identifier: MIT
// The audit of npm's graphql-http: what the GraphQL-over-HTTP draft says a server must and should.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAudits } from 'graphql-http';

for (const audit of serverAudits({ url: `${process.env.FRAISEQL_URL}/graphql` })) {
  test(audit.name, async () => {
    const result = await audit.fn();
    assert.equal(result.status, 'ok', result.reason);
  });
}
