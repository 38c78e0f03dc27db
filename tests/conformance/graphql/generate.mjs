// SPDX-License-Identifier: MIT
// Documents for a schema: mostly valid ones, and ways to damage them. Seeded, so repeatable.
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Lexer,
  Source,
  TokenKind,
} from 'graphql';

export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick(list) {
      return list[Math.floor(next() * list.length)];
    },
  };
}

const kStrings = [
  '""',
  '"a"',
  '"é😀\\u0041\\n"',
  '"""block\n  text"""',
  '"FULL"',
  '"1"',
  '"2026-01-31"',
];

class Generator {
  constructor(schema, random) {
    this.schema = schema;
    this.random = random;
    this.composites = Object.values(schema.getTypeMap()).filter(
      (t) => isCompositeType(t) && !t.name.startsWith('__'),
    );
    this.inputs = Object.values(schema.getTypeMap()).filter(
      (t) => (isLeafType(t) || isInputObjectType(t)) && !t.name.startsWith('__'),
    );
    this.fragments = [];
    this.aliases = 0;
  }

  document() {
    const { random } = this;
    const count = random.below(4);
    // Later fragments first, so that a fragment may spread those after it and there is no cycle.
    for (let i = count - 1; i >= 0; i--) {
      const type = random.pick(this.composites);
      const scope = { uses: new Map(), spreads: new Set() };
      const body = this.selections(type, 2, scope);
      this.fragments.unshift({
        name: `F${i}`,
        type,
        body,
        scope,
        directives: this.directives('FRAGMENT_DEFINITION', scope),
      });
    }
    const operations = [];
    const total = random.chance(0.8) ? 1 : 2 + random.below(2);
    for (let i = 0; i < total; i++)
      operations.push(this.operation(total > 1 || random.chance(0.5) ? `Q${i}` : ''));
    const used = new Set();
    for (const operation of operations) this.reach(operation.scope, used);
    const texts = operations.map((o) => o.text);
    for (const f of this.fragments) {
      if (!used.has(f.name) && !random.chance(0.03)) continue;
      const about = random.chance(0.1) ? '"About a fragment." ' : '';
      texts.push(`${about}fragment ${f.name} on ${f.type.name}${f.directives} ${f.body}`);
    }
    if (random.chance(0.3)) texts.reverse();
    return texts.join('\n');
  }

  reach(scope, used) {
    for (const name of scope.spreads) {
      if (used.has(name)) continue;
      used.add(name);
      this.reach(this.fragments.find((f) => f.name === name).scope, used);
    }
  }

  operation(name) {
    const { random, schema } = this;
    const kind = random.chance(0.8) ? 'query' : random.pick(['mutation', 'subscription']);
    const root = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    }[kind];
    if (!root) return this.operation(name);
    const scope = { uses: new Map(), spreads: new Set() };
    const body = this.selections(
      root,
      kind === 'subscription' ? 2 : 4,
      scope,
      kind === 'subscription',
    );
    const directives = this.directives(kind.toUpperCase(), scope);
    const reached = new Set();
    this.reach(scope, reached);
    const uses = new Map(scope.uses);
    for (const f of this.fragments)
      if (reached.has(f.name)) for (const [k, v] of f.scope.uses) uses.set(k, v);
    const variables = [...uses]
      .filter(() => !random.chance(0.02))
      .map(([variable, type]) => {
        const shown = random.chance(0.1) && !type.endsWith('!') ? `${type}!` : type;
        const base = /^\w+/.exec(type)?.[0];
        const byName = base && schema.getType(base);
        const fallback =
          byName && !type.endsWith('!') && random.chance(0.3)
            ? ` = ${this.value(byName, 1, null)}`
            : '';
        const directive = random.chance(0.1) ? ' @onAll(flag: true)' : '';
        return `$${variable}: ${shown}${fallback}${directive}`;
      });
    if (random.chance(0.02)) variables.push('$unused: Int');
    const list = variables.length ? `(${variables.join(', ')})` : '';
    if (kind === 'query' && !name && !list && !directives && random.chance(0.5))
      return { text: body, scope };
    const about = random.chance(0.1) ? '"""About it."""\n' : '';
    return { text: `${about}${kind} ${name}${list}${directives} ${body}`, scope };
  }

  directives(location, scope) {
    const { random } = this;
    let out = '';
    while (random.chance(0.1)) {
      const directive = random.pick(this.schema.getDirectives());
      if (!directive.locations.includes(location) && !random.chance(0.05)) continue;
      if (out.includes(`@${directive.name}`) && !directive.isRepeatable && !random.chance(0.1))
        continue;
      out += ` @${directive.name}${this.args(directive.args, 1, scope)}`;
    }
    return out;
  }

  args(args, depth, scope) {
    const { random } = this;
    const out = [];
    for (const arg of args) {
      const required = isNonNullType(arg.type) && arg.defaultValue === undefined;
      if (!random.chance(required ? 0.98 : 0.4)) continue;
      out.push(`${arg.name}: ${this.value(arg.type, depth, scope)}`);
    }
    if (out.length > 1 && random.chance(0.2)) out.reverse();
    return out.length ? `(${out.join(', ')})` : '';
  }

  value(type, depth, scope) {
    const { random } = this;
    if (scope && random.chance(0.25)) {
      const name = `v${String(type).replace(/!/g, 'N').replace(/\[/g, 'L').replace(/\]/g, '')}`;
      scope.uses.set(name, String(type));
      return `$${name}`;
    }
    if (isNonNullType(type)) {
      let value = this.value(type.ofType, depth, scope);
      if (value === 'null' && !random.chance(0.1)) value = this.value(type, depth, scope);
      return value;
    }
    if (random.chance(0.05)) return 'null';
    if (random.chance(0.01))
      return random.pick(['1', '"x"', 'FULL', '[]', '{}', 'true', '1.5', '{a: [$x]}']);
    if (isListType(type)) {
      if (random.chance(0.2)) return this.value(type.ofType, depth, scope);
      const items = [];
      for (let n = random.below(3); n > 0; n--) items.push(this.value(type.ofType, depth, scope));
      return `[${items.join(', ')}]`;
    }
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      let fields = Object.values(type.getFields());
      if (type.isOneOf && !random.chance(0.03)) fields = [random.pick(fields)];
      const parts = [];
      for (const field of fields) {
        const required = isNonNullType(field.type) && field.defaultValue === undefined;
        if (!type.isOneOf && !random.chance(required ? 0.98 : depth > 0 ? 0.3 : 0)) continue;
        parts.push(`${field.name}: ${this.value(field.type, depth - 1, scope)}`);
      }
      if (random.chance(0.02)) parts.push(...parts.slice(0, 1));
      return `{${parts.join(', ')}}`;
    }
    switch (type.name) {
      case 'Int':
        return random.pick([
          '0',
          '1',
          '-5',
          '2147483647',
          random.chance(0.03) ? '2147483648' : '7',
        ]);
      case 'Float':
        return random.pick(['0', '1.5', '-2e10', '3.25E-2']);
      case 'Boolean':
        return random.pick(['true', 'false']);
      case 'ID':
        return random.pick(['1', '"a"', '"a-b"', '12345678901234567890']);
      case 'String':
        return random.pick(kStrings);
      default:
        return random.pick(['"x"', '1', '{a: [1, {b: X}]}', '[true, null]', '1.50']);
    }
  }

  selections(type, depth, scope, single = false) {
    const { random } = this;
    const out = [];
    for (let n = single ? 1 : 1 + random.below(4); n > 0; n--) {
      const roll = random.below(10);
      if (roll < 2 && depth > 0 && !single) out.push(this.inline(type, depth, scope));
      else if (roll < 4 && this.fragments.length && !single)
        out.push(this.spread(type, scope) ?? this.field(type, depth, scope));
      else out.push(this.field(type, depth, scope));
    }
    return `{ ${out.join(' ')} }`;
  }

  overlapping(type) {
    const overlaps = (t) => {
      const of = (x) => new Set(isAbstractType(x) ? this.schema.getPossibleTypes(x) : [x]);
      const other = of(t);
      return [...of(type)].some((x) => other.has(x));
    };
    return overlaps;
  }

  inline(type, depth, scope) {
    const { random } = this;
    const overlaps = this.overlapping(type);
    const candidates = this.composites.filter((t) => overlaps(t) || random.chance(0.01));
    const on = candidates.length && random.chance(0.8) ? random.pick(candidates) : null;
    const condition = on ? ` on ${on.name}` : '';
    const directives = this.directives('INLINE_FRAGMENT', scope);
    return `...${condition}${directives} ${this.selections(on ?? type, depth - 1, scope)}`;
  }

  spread(type, scope) {
    const overlaps = this.overlapping(type);
    const fitting = this.fragments.filter((f) => overlaps(f.type) || this.random.chance(0.01));
    if (!fitting.length) return null;
    const f = this.random.pick(fitting);
    scope.spreads.add(f.name);
    return `...${f.name}${this.directives('FRAGMENT_SPREAD', scope)}`;
  }

  field(type, depth, scope) {
    const { random } = this;
    const introspective = type === this.schema.getQueryType() && random.chance(0.02);
    if (introspective)
      return '__schema { types { name fields { type { ...on __Type { ofType { name } } } } } }';
    const fields =
      isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const usable = fields.filter((f) => depth > 0 || isLeafType(getNamedType(f.type)));
    let alias = random.chance(0.02) ? `${random.pick(['a', 'b', 'id', 'name'])}: ` : '';
    if (!usable.length || random.chance(0.05)) return `${alias}__typename`;
    const field = random.pick(usable);
    const named = getNamedType(field.type);
    // Most fields that could conflict with another of their name get a name of their own.
    if (!alias && random.chance(field.args.length || isCompositeType(named) ? 0.93 : 0.1))
      alias = `x${this.aliases++}: `;
    const body = isCompositeType(named) ? ` ${this.selections(named, depth - 1, scope)}` : '';
    const args = this.args(field.args, 2, scope);
    return `${alias}${field.name}${args}${this.directives('FIELD', scope)}${body}`;
  }
}

export function generate(schema, random) {
  return new Generator(schema, random).document();
}

/** The tokens of a text, each with what stood before it; null where it has none. */
export function tokens(text) {
  const lexer = new Lexer(new Source(text));
  const out = [];
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      const { start, end } = lexer.token;
      out.push(text.slice(start, end));
    }
  } catch {
    return null;
  }
  return out;
}

const kPunctuation = ['{', '}', '(', ')', '[', ']', ':', '=', '!', '$', '@', '...', '|', '&'];
const kLiterals = [
  '1',
  '-0',
  '1.5e3',
  '"s"',
  '"""b"""',
  'true',
  'null',
  'on',
  'query',
  'fragment',
  'extend',
  'type',
  '[]',
  '{}',
  '$v',
  '@skip(if: true)',
  '@include(if: $b)',
  '...F0',
  '... on Person { id }',
  '# comment\n',
  '\ufeff',
];
const kCharacters = [
  '"',
  '\\',
  '\n',
  '\u00e9',
  '😀',
  '\u0000',
  '.',
  '0',
  '-',
  '`',
  '\r',
  "'",
  '\\u',
  '\\u{1F600}',
  '"""',
  '%',
];

/** Damages a document in one to three places. */
export function mutate(text, schema, random) {
  const names = Object.values(schema.getTypeMap()).flatMap((t) => [
    t.name,
    ...('getFields' in t ? Object.keys(t.getFields()) : []),
  ]);
  for (let n = 1 + random.below(3); n > 0; n--) {
    if (random.chance(0.15)) {
      const at = random.below(text.length + 1);
      const cut = random.chance(0.5) ? 1 : 0;
      text =
        text.slice(0, at) +
        (random.chance(0.8) ? random.pick(kCharacters) : '') +
        text.slice(at + cut);
      continue;
    }
    const parts = tokens(text);
    if (!parts?.length) return text;
    const at = random.below(parts.length);
    const roll = random.below(6);
    if (roll === 0) parts.splice(at, 1);
    else if (roll === 1) parts.splice(at, 0, parts[at]);
    else if (roll === 2)
      parts[at] = /^\w/.test(parts[at]) ? random.pick(names) : random.pick(kPunctuation);
    else if (roll === 3)
      parts.splice(at, 0, random.pick(random.chance(0.5) ? kLiterals : kPunctuation));
    else if (roll === 4) parts[at] = parts[random.below(parts.length)];
    else
      parts.splice(
        at,
        1 + random.below(4),
        ...parts.slice(random.below(parts.length)).slice(0, random.below(6)),
      );
    text = parts.join(' ');
  }
  return text;
}

/** A JSON value for an input type: mostly of that type. */
export function inputValue(type, random, depth = 2) {
  if (isNonNullType(type))
    return random.chance(0.03) ? null : inputValue(type.ofType, random, depth);
  if (random.chance(0.05)) return null;
  if (random.chance(0.05))
    return random.pick([1, 1.5, 'x', true, [], {}, [1], { a: 1 }, 3e10, '1']);
  if (isListType(type)) {
    if (random.chance(0.2)) return inputValue(type.ofType, random, depth);
    return Array.from({ length: random.below(3) }, () => inputValue(type.ofType, random, depth));
  }
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    let fields = Object.values(type.getFields());
    if (type.isOneOf && !random.chance(0.05)) fields = [random.pick(fields)];
    const out = {};
    for (const field of fields) {
      const required = isNonNullType(field.type) && field.defaultValue === undefined;
      if (!type.isOneOf && !random.chance(required ? 0.97 : depth > 0 ? 0.4 : 0)) continue;
      out[field.name] = inputValue(field.type, random, depth - 1);
    }
    if (random.chance(0.03)) out.unknown = 1;
    return out;
  }
  switch (getNullableType(type).name) {
    case 'Int':
      return random.pick([0, 1, -5, 2147483647]);
    case 'Float':
      return random.pick([0, 1.5, -2e10]);
    case 'Boolean':
      return random.chance(0.5);
    case 'ID':
      return random.pick([1, 'a']);
    default:
      return random.pick(['', 'x', 'é😀']);
  }
}
