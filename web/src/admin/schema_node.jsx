// SPDX-License-Identifier: MIT
// Everything about one relation or function.
import { useEffect } from 'react';
import { count } from './format.js';
import { Code, Facts, Problem, Table } from './parts.jsx';
import { useAsk } from './requests.js';

/** Asks for the node `id`, and shows it. */
export function SchemaNode({ id, onClose }) {
  const [node, refusal, , load] = useAsk();
  useEffect(() => {
    load(`schema?node=${encodeURIComponent(id)}`);
  }, [id, load]);
  return (
    <section className="card node-details" aria-label="Details" aria-live="polite">
      <div className="card-head">
        <h2>{node?.name ?? '…'}</h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <Problem refusal={refusal} />
      {node && <Details node={node} />}
    </section>
  );
}

function Details({ node }) {
  const facts = [['Kind', node.kind], ['Owner', node.owner]];
  if (node.language) facts.push(['Language', node.language]);
  if (node.rows !== undefined) facts.push(['Rows, about', count(Math.round(node.rows))]);
  if (node.rowSecurity !== undefined) facts.push(['Row security', yes(node.rowSecurity)]);
  if (node.securityInvoker !== undefined)
    facts.push(['Reads as', node.securityInvoker ? 'who asks' : 'its owner']);
  if (node.securityDefiner !== undefined)
    facts.push(['Runs as', node.securityDefiner ? 'its owner' : 'who asks']);
  if (node.roots?.length > 0) facts.push(['Fields', node.roots.join(', ')]);
  return (
    <>
      <Facts rows={facts} />
      {node.comment && <p className="comment">{node.comment}</p>}
      {node.types?.map((type) => (
        <Type key={type.name} type={type} />
      ))}
      {node.columns.length > 0 && (
        <Part title={node.kind === 'function' ? 'Arguments' : 'Columns'}>
          <Table
            columns={['Name', 'Type', '']}
            rows={node.columns.map(({ name, type, notNull }) => [
              <code>{name}</code>,
              type,
              notNull ? 'not null' : '',
            ])}
          />
        </Part>
      )}
      {node.indexes?.length > 0 && (
        <Part title="Indexes">
          <Table
            columns={['Name', 'Columns', '']}
            rows={node.indexes.map((index) => [
              <code>{index.name}</code>,
              `${index.columns.join(', ')}${index.where ? ` where ${index.where}` : ''}`,
              [index.method, index.unique && 'unique', !index.valid && 'invalid']
                .filter(Boolean)
                .join(', '),
            ])}
          />
        </Part>
      )}
      {node.definition && (
        <Part title="Definition">
          <Code text={node.definition.trim()} what="the definition" />
        </Part>
      )}
    </>
  );
}

function Type({ type: { name, roots, fields, cached } }) {
  return (
    <Part title={`Type ${name}`}>
      <p className="note">
        {roots.join(', ')}
        {cached !== undefined && (cached ? ' · answers are kept' : ' · answers cannot be kept')}
      </p>
      <Table
        columns={['Field', 'Type', 'From']}
        rows={fields.map((field) => [
          <code title={field.comment}>{field.name}</code>,
          field.type,
          field.source ?? '',
        ])}
      />
    </Part>
  );
}

function Part({ title, children }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

const yes = (value) => (value ? 'yes' : 'no');
