#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Compares FraiseQL's GraphQL layer with graphql-js on generated and damaged documents: the same
// verdict, the same messages, the same tree, the same coerced variables. A document on which they
// differ is made as small as it can be and shown.
//   differential.mjs --driver BINARY [--schema SDL] [--documents N] [--seed S]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  buildClientSchema,
  buildSchema,
  getVariableValues,
  GraphQLNonNull,
  Kind,
  lexicographicSortSchema,
  parse,
  printSchema,
  typeFromAST,
  validate,
  visit,
} from 'graphql';
import { generate, inputValue, mutate, randomOf, tokens } from './generate.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    driver: { type: 'string' },
    schema: { type: 'string', default: join(here, 'fixture.graphql') },
    documents: { type: 'string', default: '3000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});

const driver = spawn(options.driver, [], { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = [];
let gone = null;
createInterface({ input: driver.stdout }).on('line', (line) => waiting.shift()(JSON.parse(line)));
driver.on('exit', (code, signal) => {
  gone = `the driver ended (${signal ?? code})`;
  while (waiting.length) waiting.shift()({ stage: 'crash', errors: [{ message: gone }] });
});
function ask(request) {
  if (gone) return Promise.resolve({ stage: 'crash', errors: [{ message: gone }] });
  return new Promise((resolve) => {
    waiting.push(resolve);
    driver.stdin.write(`${JSON.stringify(request)}\n`);
  });
}

/** Where FraiseQL is stricter on purpose; docs/graphql.md names each. */
const kOurs = [
  /operation is not supported by the schema\.$/, // §5.2.1: graphql-js 16 has no such rule
  /must not use @skip or @include on its top level field\.$/, // §5.2.4.1 as of September 2025
  // graphql-js 16 sees this only where the place is nullable.
  /must be non-nullable to be used for OneOf Input Object/,
  // The scalars of the table check their formats; graphql-js knows their names only.
  /^(UUID|Date|Time|DateTime|LocalDateTime|Interval|BigInt|Decimal|Bytes|\w+Range) (must|cannot)/,
  /^(EmailAddress|URL|Hostname|IPAddress|CIDR|MacAddress|Port|LTree|Vector) (must|cannot)/,
];

/** A variable that only a scalar of the table refuses; graphql-js would take anything for it. */
const kScalarFormats = new RegExp(
  '; (UUID|Date|Time|DateTime|LocalDateTime|Interval|BigInt|Decimal|Bytes|\\w+Range|' +
    'EmailAddress|URL|Hostname|IPAddress|CIDR|MacAddress|Port|LTree|Vector) (must|cannot)',
);

const isConflict = (message) => message.startsWith('Fields "');

const spots = (error) => (error.locations ?? []).map((at) => ` ${at.line}:${at.column}`).join('');

/**
 * What of the errors must agree: messages without suggestions, and their places; of merge conflicts
 * only that there is one, since graphql-js compares pairs and we compare with the first.
 */
function essence(errors, theirs) {
  const known = new Set(theirs.map((error) => error.message + spots(error)));
  const kept = errors
    .filter(
      (error) =>
        known.has(error.message + spots(error)) ||
        !kOurs.some((pattern) => pattern.test(error.message)),
    )
    .map((error) =>
      isConflict(error.message)
        ? 'conflict'
        : error.message.replace(/ Did you mean [^{]*\?$/, '') + spots(error),
    )
    // What a lone "." might have been meant as.
    .map((m) =>
      m.replace(
        /Unexpected "\.\.".*\?|Invalid number, expected digit before.*\?/,
        'Unexpected character: ".".',
      ),
    );
  return [...new Set(kept)].sort();
}

/** The tree without places, and without how a string was written. */
function plainTree(document) {
  return JSON.stringify(
    visit(document, {
      enter: (node) => {
        const { loc, ...rest } = node;
        return node.kind === Kind.STRING ? { ...rest, block: undefined } : rest;
      },
    }),
  );
}

function canonical(value) {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((k) => [k, canonical(value[k])]),
  );
}

function oracle(schema, document, variables) {
  let tree;
  try {
    tree = parse(document);
  } catch (error) {
    return { stage: 'parse', errors: [error] };
  }
  let errors;
  try {
    errors = validate(schema, tree);
  } catch (error) {
    return { stage: 'unsure', tree }; // graphql-js throws on @skip(if: $v) in subscriptions
  }
  if (errors.length) return { stage: 'validate', errors, tree };
  const operations = tree.definitions
    .filter((d) => d.kind === Kind.OPERATION_DEFINITION)
    .map((d) => getVariableValues(schema, d.variableDefinitions ?? [], variables));
  return { tree, operations };
}

/** From one message to the next, below each other. */
const kNext = `\n${' '.repeat(13)}`;

/** Says how the two answers differ, or nothing. */
function difference(ours, theirs) {
  if (ours.stage === 'crash') return ours.errors[0].message;
  if (theirs.stage === 'unsure') return null;
  const our = essence(ours.errors ?? [], theirs.errors ?? []);
  const their = essence(theirs.errors ?? [], theirs.errors ?? []);
  const stage = our.length || ours.stage === 'parse' ? ours.stage : undefined;
  if (stage !== theirs.stage)
    return `stage: ours ${stage} ${our}, graphql-js ${theirs.stage} ${their}`;
  if (our.join('\n') !== their.join('\n'))
    return `messages:\n  ours       ${our.join(kNext)}\n  graphql-js ${their.join(kNext)}`;
  if (stage === 'parse') return null;
  let reparsed;
  try {
    reparsed = parse(ours.printed);
  } catch (error) {
    return `printed text does not parse: ${error.message}\n${ours.printed}`;
  }
  if (plainTree(reparsed) !== plainTree(theirs.tree))
    return `printed text is another tree:\n${ours.printed}`;
  if (stage || ours.errors) return null;
  for (const [i, expected] of theirs.operations.entries()) {
    const got = ours.operations[i];
    if (Array.isArray(got) && got.some((error) => kScalarFormats.test(error.message))) continue;
    if (Array.isArray(got) !== Boolean(expected.errors))
      return `variables of operation ${i}: ${JSON.stringify({ ours: got, theirs: expected })}`;
    if (
      !expected.errors &&
      JSON.stringify(canonical(got)) !==
        JSON.stringify(canonical(JSON.parse(JSON.stringify(expected.coerced))))
    ) {
      return `values of operation ${i}: ${JSON.stringify({ ours: got, theirs: expected.coerced })}`;
    }
    if (expected.errors && got.length !== expected.errors.length)
      return `number of variable errors of operation ${i}: ${JSON.stringify({ got, expected })}`;
  }
  return null;
}

/** Takes parts away as long as the two still differ. */
async function shrink(document, differs) {
  const split = (text) => tokens(text) ?? [...text];
  const join = tokens(document) ? (parts) => parts.join(' ') : (parts) => parts.join('');
  let parts = split(document);
  for (let size = Math.ceil(parts.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < parts.length;) {
      const fewer = [...parts.slice(0, at), ...parts.slice(at + size)];
      if (await differs(join(fewer))) parts = fewer;
      else at += size;
    }
  }
  return join(parts);
}

function variablesFor(schema, document, random) {
  const out = {};
  try {
    visit(parse(document), {
      VariableDefinition(node) {
        const type = typeFromAST(schema, node.type);
        if (type && random.chance(0.8)) out[node.variable.name.value] = inputValue(type, random);
      },
    });
  } catch {
    return {};
  }
  return out;
}

/** Schemas must agree too: as SDL, and through introspection. */
async function compareSchemas(sdl, schema) {
  const answer = await ask({ schema: sdl });
  if (answer.errors) throw new Error(`FraiseQL refuses the schema: ${answer.errors[0].message}`);
  const wanted = printSchema(lexicographicSortSchema(schema));
  const ways = {
    print_schema: buildSchema(answer.sdl),
    introspection: buildClientSchema(answer.introspection),
  };
  for (const [way, got] of Object.entries(ways)) {
    if (printSchema(lexicographicSortSchema(got)) !== wanted)
      throw new Error(`The schema differs through ${way}.`);
  }
}

async function main() {
  const sdl = readFileSync(options.schema, 'utf8');
  const schema = buildSchema(sdl);
  // As of September 2025 the reason is not null; graphql-js 16 still takes one.
  const reason = schema.getDirective('deprecated').args[0];
  reason.type = new GraphQLNonNull(reason.type);
  await compareSchemas(sdl, schema);
  const seed = Number(options.seed);
  const counts = { valid: 0, invalid: 0, unparsable: 0 };
  for (let i = 0; i < Number(options.documents); i++) {
    const random = randomOf(seed * 7919 + i);
    let document = generate(schema, random);
    if (random.chance(0.4)) document = mutate(document, schema, random);
    const variables = variablesFor(schema, document, random);
    const check = async (text) => {
      const theirs = oracle(schema, text, variables);
      // Half a surrogate pair cannot be sent to the driver: it is no Unicode text.
      if (/\p{Surrogate}/u.test(text)) return { theirs, problem: null };
      return { theirs, problem: difference(await ask({ document: text, variables }), theirs) };
    };
    const { theirs, problem } = await check(document);
    counts[theirs.stage === 'parse' ? 'unparsable' : theirs.errors ? 'invalid' : 'valid']++;
    if (!problem) continue;
    const kind = problem.split(/[:\n]/)[0];
    const small = await shrink(document, async (text) =>
      (await check(text)).problem?.startsWith(kind),
    );
    console.log(
      `Document ${i} of seed ${seed} differs.\n--- smallest document:\n${small}\n` +
        `--- ${(await check(small)).problem}`,
    );
    console.log(`--- variables: ${JSON.stringify(variables)}`);
    process.exitCode = 1;
    break;
  }
  console.log(
    `seed ${seed}: ${counts.valid} valid, ${counts.invalid} invalid and ` +
      `${counts.unparsable} unparsable documents`,
  );
  driver.stdin.end();
}

await main();
