// SPDX-License-Identifier: MIT
// How the server is doing: charts of the last five minutes, and what it has at the moment.
import { useCallback, useState } from 'react';
import { Chart } from './chart.jsx';
import { bytes, count, duration, share } from './format.js';
import { Card, Facts, Problem, SortedTable } from './parts.jsx';
import { usePolling } from './requests.js';
import { append, recent } from './series.js';

const perSecond = (value) => `${count(value)}/s`;
const latency = [
  { name: 'p50', read: (s) => s.p50, color: 'blue' },
  { name: 'p95', read: (s) => s.p95, color: 'amber' },
  { name: 'p99', read: (s) => s.p99, color: 'red' },
];
const throughput = [
  { name: 'requests', read: (s) => s.requests, color: 'green', fill: true },
  { name: 'errors', read: (s) => s.errors, color: 'red' },
];
const database = [
  { name: 'busy', read: (s) => s.database, color: 'violet', fill: true },
  { name: 'queued', read: (s) => s.queued, color: 'amber' },
];
const answers = [
  { name: 'from the cache', read: (s) => s.cacheHits, color: 'green', fill: true },
  { name: 'built', read: (s) => s.cacheMisses, color: 'blue' },
];
const memory = [{ name: 'resident', read: (s) => s.memory, color: 'blue', fill: true }];
const lag = [{ name: 'longest', read: (s) => s.lag, color: 'amber', fill: true }];

export function Overview() {
  const [samples, setSamples] = useState([]);
  const [state, setState] = useState();
  const since = useCallback(() => `samples?since=${samples.at(-1)?.at ?? 0}`, [samples]);
  const away = usePolling(since, 1000, (more) => setSamples((before) => append(before, more)));
  const refusal = usePolling(() => 'state', 2000, setState);
  return (
    <>
      <Problem refusal={away ?? refusal} />
      {state && <Now state={state} samples={samples} />}
      <div className="charts">
        <Chart title="Latency" samples={samples} series={latency} format={duration} />
        <Chart title="Throughput" samples={samples} series={throughput} format={perSecond} />
        <Chart title="Database" samples={samples} series={database} format={count} />
        <Chart title="Kept answers" samples={samples} series={answers} format={perSecond} />
        <Chart title="Memory" samples={samples} series={memory} format={bytes} />
        <Chart title="Event loop lag" samples={samples} series={lag} format={duration} />
      </div>
      {state && <State state={state} />}
    </>
  );
}

/** The few numbers that say whether all is well, as means of the last ten seconds. */
function Now({ state, samples }) {
  const { server, database: db, pool } = state;
  const requests = recent(samples, (s) => s.requests) ?? 0;
  const errors = recent(samples, (s) => s.errors) ?? 0;
  const open = db.breaker && db.breaker !== 'closed';
  const tiles = [
    ['Requests', perSecond(requests), `${share(errors, requests)} with errors`, errors > 0],
    ['p95', duration(recent(samples, (s) => s.p95)), 'of the last 10 s'],
    ['Database', open ? 'away' : 'up', `breaker ${db.breaker}, ${count(pool.queued)} queued`, open],
    ['Memory', bytes(server.residentBytes ?? 0), `${count(server.workers)} workers`],
    ['Up', duration(Date.now() / 1000 - server.startedAt), `FraiseQL ${server.version}`],
  ];
  return (
    <>
      {db.lastError && <Problem refusal={{ message: `The database: ${db.lastError}` }} />}
      <ul className="tiles" aria-label="At a glance">
        {tiles.map(([name, value, note, bad]) => (
          <li key={name} className={bad ? 'bad' : undefined}>
            <span>{name}</span>
            <b>{value}</b>
            <small>{note}</small>
          </li>
        ))}
      </ul>
    </>
  );
}

function State({ state }) {
  const { server, database: db, schema, pool, plans, answers: kept, operations, tokens } = state;
  const found = kept.memory + kept.joined + kept.database;
  return (
    <div className="cards">
      <Card title="Pool">
        <Facts
          rows={[
            ['Connections, quick lane', count(pool.quick)],
            ['Connections, exclusive lane', count(pool.exclusive)],
            ['In flight', count(pool.inFlight)],
            ['Queued', count(pool.queued), pool.queued > 0],
            ['Transactions', count(pool.transactions)],
            ['Statements', count(pool.statements)],
            ['Refused', count(pool.refused), pool.refused > 0],
            ['Connections lost', count(pool.lost), pool.lost > 0],
            ['Breaker opened', count(db.breakerOpenings ?? 0), db.breakerOpenings > 0],
          ]}
        />
      </Card>
      <Card title="Caches">
        <Facts
          rows={[
            ['Plans kept', `${count(plans.documents)} (${bytes(plans.bytes)})`],
            ['Plans found', share(plans.hits, plans.hits + plans.misses)],
            ['Plans evicted', count(plans.evictions)],
            ['Answers kept', bytes(kept.bytes)],
            ['Answers found', share(found, found + kept.built)],
            ['… in memory', count(kept.memory)],
            ['… joined another request', count(kept.joined)],
            ['… in the database', count(kept.database)],
            ['Answers built', count(kept.built)],
          ]}
        />
      </Card>
      <Card title="Server and database">
        <Facts
          rows={[
            ['PostgreSQL', db.version],
            ['Database', db.name],
            ['Role', db.role],
            ['Relations', count(schema.relations)],
            ['Functions', count(schema.functions)],
            ['GraphQL types', count(schema.types)],
            ['Left out of the schema', count(schema.findings)],
            ['Registered operations', count(operations.registered)],
            ['… called, plan found', share(operations.planHits, operations.calls)],
            ['Tokens refused', count(tokens.refused)],
            ['Processor time', duration(server.cpuSeconds)],
            ['Open files', `${count(server.openFiles)} of ${count(server.mostFiles)}`],
          ]}
        />
      </Card>
      {state.limits && <Limits limits={state.limits} />}
      <Card title="Workers" className="wide">
        <SortedTable
          label="Workers, table"
          columns={workerColumns}
          rows={numbered(state.workers)}
        />
      </Card>
      {state.replicas?.length > 0 && (
        <Card title="Replicas" className="wide">
          <SortedTable label="Replicas, table" columns={replicaColumns} rows={state.replicas} />
        </Card>
      )}
    </div>
  );
}

function Limits({ limits }) {
  return (
    <Card title="Limits">
      <Facts
        rows={[
          ['Refused by rate', count(limits.refusedByRate)],
          ['Refused by address', count(limits.refusedByAddress)],
          ['Refused as too many at once', count(limits.refusedInFlight)],
          ['Counted without the store', count(limits.withoutStore), limits.withoutStore > 0],
        ]}
      />
    </Card>
  );
}

const numbered = (workers) => workers.map((worker, number) => ({ ...worker, number }));
const numeric = (name, value, show) => ({
  name,
  value,
  show: (row) => (show ?? count)(value(row)),
  numeric: true,
});
const workerColumns = [
  { name: 'Worker', value: ({ number }) => number },
  numeric('Clients', (w) => w.connections),
  numeric('Requests', (w) => w.requests),
  numeric('Errors', (w) => w.errors),
  numeric('Lag', (w) => w.lagSeconds, duration),
  numeric('In flight', (w) => w.pool.inFlight),
  numeric('Queued', (w) => w.pool.queued),
];
const replicaColumns = [
  { name: 'Replica', value: ({ name }) => name },
  { name: 'State', value: ({ state }) => state },
  numeric('Lag', (r) => r.lagSeconds ?? 0, duration),
  numeric('Behind', (r) => r.behindBytes, bytes),
  numeric('Reads', (r) => r.reads),
  numeric('In flight', (r) => r.inFlight),
  numeric('Connections', (r) => r.connections),
];
