// SPDX-License-Identifier: MIT
// The query that GraphiQL opens with: one that fits the schema that is served.
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  isCompositeType,
  isLeafType,
  isListType,
  isRequiredArgument,
} from 'graphql';

const introduction = `# Welcome to FraiseQL: a PostgreSQL database as a
# GraphQL API. Its views are queries, its functions are
# mutations; the book at the top left lists them all.
#
# Ctrl-Enter runs the query. Explain, at the left, shows
# the one SQL statement behind it, and its plan.
`;

// The view of the demo that shows most on least space.
const showpiece = 'userWithStatsList';
const mostLeaves = 4;
const mostObjects = 2;

/** Returns a first query for the schema at `endpoint`; only the introduction where it has none. */
export async function exampleQuery(endpoint) {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ query: getIntrospectionQuery({ descriptions: false }) }),
    });
    const { data } = await response.json();
    return introduction + queryFor(buildClientSchema(data));
  } catch {
    // GraphiQL asks for the schema by itself and shows what is wrong with it.
    return introduction;
  }
}

/** Returns a query over the list field that shows the most nesting, or nothing. */
export function queryFor(schema) {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  const lists = fields.filter((field) => isListOfObjects(field) && callable(field));
  const richest =
    lists.find((field) => field.name === showpiece) ??
    lists.reduce((a, b) => (richness(b) > richness(a) ? b : a), lists[0]);
  if (!richest) return '';
  const limit = richest.args.some((argument) => argument.name === 'limit') ? '(limit: 5)' : '';
  return `\n{\n  ${richest.name}${limit} ${selection(getNamedType(richest.type), 2)}\n}\n`;
}

function callable(field) {
  return !field.args.some(isRequiredArgument);
}

function isListOfObjects(field) {
  return isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type));
}

function fieldsOf(type) {
  const fields = Object.values(type.getFields?.() ?? {}).filter(callable);
  return {
    leaves: fields.filter((field) => isLeafType(getNamedType(field.type))),
    objects: fields.filter((field) => 'getFields' in getNamedType(field.type)),
  };
}

/** Nested objects count, and lists of them twice. */
function richness(field) {
  const { objects } = fieldsOf(getNamedType(field.type));
  return objects.reduce((sum, object) => sum + (isListOfObjects(object) ? 2 : 1), 0);
}

function selection(type, depth) {
  const indent = '  '.repeat(4 - depth);
  const { leaves, objects } = fieldsOf(type);
  const lines = leaves.slice(0, mostLeaves).map((field) => field.name);
  if (depth > 1) {
    for (const field of objects.slice(0, mostObjects)) {
      const inner = getNamedType(field.type);
      const { leaves: innerLeaves } = fieldsOf(inner);
      if (innerLeaves.length > 0) lines.push(`${field.name} ${selection(inner, depth - 1)}`);
    }
  }
  if (lines.length === 0) lines.push('__typename');
  return `{\n${lines.map((line) => indent + line).join('\n')}\n${indent.slice(2)}}`;
}
