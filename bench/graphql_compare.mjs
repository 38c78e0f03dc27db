#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Parse and validate one document with graphql-js and with FraiseQL, in turns, and print the ratio.
//   graphql_compare.mjs BENCH_BINARY [LEAST_RATIO]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
// graphql-js is the one that the conformance tests install.
const require = createRequire(join(here, '../tests/conformance/graphql/package.json'));
const { buildSchema, parse, validate } = require('graphql');

const [binary, least = '0'] = process.argv.slice(2);
const schema = buildSchema(readFileSync(join(here, 'graphql/schema.graphql'), 'utf8'));
const text = readFileSync(join(here, 'graphql/query.graphql'), 'utf8');

function once() {
  const errors = validate(schema, parse(text));
  if (errors.length) throw errors[0];
}

/** Microseconds of one round, the best of several runs after warming up. */
function measure() {
  let best = Infinity;
  for (let run = 0; run < 10; run++) {
    const rounds = 300;
    const start = process.hrtime.bigint();
    for (let i = 0; i < rounds; i++) once();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1000 / rounds);
  }
  return best;
}

for (let i = 0; i < 3000; i++) once();
let theirs = Infinity;
let ours = Infinity;
for (let turn = 0; turn < 3; turn++) {
  theirs = Math.min(theirs, measure());
  ours = Math.min(
    ours,
    JSON.parse(execFileSync(binary, ['--compare'], { encoding: 'utf8' })).microseconds,
  );
}
const ratio = theirs / ours;
console.log(
  `parse + validate of ${text.length} bytes: graphql-js ${theirs.toFixed(1)} µs, ` +
    `FraiseQL ${ours.toFixed(1)} µs, ${ratio.toFixed(1)} times faster`,
);
if (ratio < Number(least)) {
  console.error(`expected at least ${least} times`);
  process.exitCode = 1;
}
