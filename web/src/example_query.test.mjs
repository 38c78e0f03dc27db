// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { queryFor } from './example_query.js';

const blog = buildSchema(`
  type Query {
    user(id: ID!): User
    users(limit: Int, offset: Int): [User!]!
    userWithStatsList(limit: Int): [UserWithStats!]!
    refused(needed: Int!): [UserWithStats!]!
  }
  type User { id: ID! name: String! }
  type UserWithStats { id: ID! email: String! stats: Stats! recentPosts: [Recent!]! }
  type Stats { postCount: Int! lastActivity: String }
  type Recent { id: ID! title: String! }
`);

test('shows the list with the most nesting', () => {
  const schema = buildSchema(`
    type Query { as: [A!]! bs: [B!]! cs: [C!]! }
    type A { id: ID! }
    type B { id: ID! list: [A!]! }
    type C { id: ID! one: A! }
  `);
  assert.match(queryFor(schema), /^\n\{\n {2}bs \{/);
});

test('shows the stats of users where there are some', () => {
  assert.equal(
    queryFor(blog).trim(),
    `{
  userWithStatsList(limit: 5) {
    id
    email
    stats {
      postCount
      lastActivity
    }
    recentPosts {
      id
      title
    }
  }
}`,
  );
});

test('fits schemas of any shape', () => {
  const shapes = [
    'type Query { ok: Boolean }',
    'type Query { xs: [X!]! } type X { x: X }',
    'type Query { xs(limit: Int!): [X!]! } type X { id: ID! }',
    'type Query { xs: [[X!]!] } type X { id(a: Int!): ID! ys: [Y] } union Y = X',
  ];
  for (const shape of shapes) {
    const query = queryFor(buildSchema(shape));
    if (query === '') continue;
    assert.deepEqual(validate(buildSchema(shape), parse(query)), [], query);
  }
});
