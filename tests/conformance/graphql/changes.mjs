#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Compares FraiseQL's comparison of schemas with graphql-js's: parts of a schema are taken away,
// renamed and changed at random, and both must find the same breaking and dangerous changes.
//   changes.mjs --driver BINARY [--schemas N] [--seed S]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  Kind,
  parse,
  print,
  visit,
} from 'graphql';
import { randomOf } from './generate.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    driver: { type: 'string' },
    schemas: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});

const driver = spawn(options.driver, [], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
async function ask(request) {
  driver.stdin.write(`${JSON.stringify(request)}\n`);
  return JSON.parse((await lines.next()).value);
}

/** What graphql-js does not look at, or sees otherwise: see find_changes in graphql/changes.hpp. */
const kOurs = [
  'ROOT_TYPE_CHANGED',
  'INPUT_OBJECT_BECAME_ONE_OF',
  'INPUT_FIELD_DEFAULT_VALUE_CHANGE',
];

const kMembers = [Kind.FIELD_DEFINITION, Kind.INPUT_VALUE_DEFINITION, Kind.ENUM_VALUE_DEFINITION];

function otherType(type, random) {
  if (type.kind === Kind.NON_NULL_TYPE)
    return random.chance(0.5) ? type.type : { ...type, type: otherType(type.type, random) };
  if (random.chance(0.4)) return { kind: Kind.NON_NULL_TYPE, type };
  if (random.chance(0.3)) return { kind: Kind.LIST_TYPE, type };
  if (type.kind === Kind.LIST_TYPE)
    return random.chance(0.5) ? type.type : { ...type, type: otherType(type.type, random) };
  return type;
}

/** Takes away, renames and changes about one part in `1 / rate`. */
function change(document, rate, random) {
  return visit(document, {
    enter(node) {
      if (!random.chance(rate)) return undefined;
      if (kMembers.includes(node.kind)) {
        if (random.chance(0.3)) return null;
        if (random.chance(0.3))
          return { ...node, name: { ...node.name, value: `${node.name.value}X` } };
        if (node.kind === Kind.INPUT_VALUE_DEFINITION && node.defaultValue && random.chance(0.6))
          return { ...node, defaultValue: undefined };
        if (node.type) return { ...node, type: otherType(node.type, random) };
      }
      if (node.kind === Kind.UNION_TYPE_DEFINITION && node.types.length > 1)
        return { ...node, types: node.types.slice(1) };
      if (node.kind === Kind.DIRECTIVE_DEFINITION)
        return random.chance(0.5)
          ? { ...node, repeatable: !node.repeatable }
          : { ...node, locations: node.locations.slice(-1) };
      if (node.kind === Kind.OBJECT_TYPE_DEFINITION && node.interfaces.length)
        return { ...node, interfaces: node.interfaces.slice(1) };
      return undefined;
    },
  });
}

const codes = (changes, impact) =>
  changes
    .filter((each) => !each.description.startsWith('Standard scalar '))
    .map((each) => `${impact} ${each.type}`);

async function main() {
  const document = parse(readFileSync(join(here, 'fixture.graphql'), 'utf8'));
  const counts = { compared: 0, changes: 0, invalid: 0 };
  for (let i = 0; i < Number(options.schemas); i++) {
    const random = randomOf(Number(options.seed) * 7919 + i);
    const [before, after] = [0.02, 0.06].map((rate) => print(change(document, rate, random)));
    let schemas;
    try {
      schemas = [before, after].map((sdl) => buildSchema(sdl));
    } catch {
      counts.invalid++;
      continue;
    }
    const theirs = [
      ...codes(findBreakingChanges(...schemas), 'breaking'),
      ...codes(findDangerousChanges(...schemas), 'dangerous'),
    ].sort();
    const answer = await ask({ before, after });
    if (answer.errors) {
      counts.invalid++; // We check more of a schema than buildSchema does.
      continue;
    }
    const ours = answer.changes
      .filter((each) => !each.startsWith('safe ') && !kOurs.includes(each.split(' ')[1]))
      .sort();
    counts.compared++;
    counts.changes += ours.length;
    if (ours.join('\n') === theirs.join('\n')) continue;
    console.log(`Schemas ${i} of seed ${options.seed} differ.\n${before}\n--- after\n${after}`);
    console.log(`--- ours\n${ours.join('\n')}\n--- graphql-js\n${theirs.join('\n')}`);
    process.exitCode = 1;
    break;
  }
  console.log(
    `seed ${options.seed}: ${counts.compared} pairs of schemas with ${counts.changes} changes ` +
      `agree, ${counts.invalid} were not valid`,
  );
  if (counts.compared < Number(options.schemas) / 20) process.exitCode = 1;
  driver.stdin.end();
}

await main();
