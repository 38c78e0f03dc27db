// SPDX-License-Identifier: MIT
// The schema as a graph: which types stand on which views, and what these read.
import { useEffect, useMemo, useState } from 'react';
import { count } from './format.js';
import { indexOf, layOut, mostNodes, neighbours, search } from './graph_layout.js';
import { classOf, GraphView } from './graph_view.jsx';
import { Problem } from './parts.jsx';
import { useAsk } from './requests.js';
import { SchemaNode } from './schema_node.jsx';

/** A longer list is no help: the search is. */
const mostListed = 200;

export function SchemaGraph() {
  const [graph, refusal, , load] = useAsk();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState();
  useEffect(() => {
    load('schema');
  }, [load]);
  const index = useMemo(() => graph && indexOf(graph), [graph]);
  const picture = useMemo(() => index && pictureOf(index, chosen), [index, chosen]);
  if (!graph) return <Problem refusal={refusal} />;
  return (
    <div className={`schema ${chosen ? 'with-node' : ''}`}>
      <NodeList {...{ graph, text, setText, chosen, setChosen }} />
      <section className="card graph" aria-label="Graph">
        {picture ? (
          <GraphView {...picture} chosen={chosen} onChoose={setChosen} />
        ) : (
          <p className="note centre">
            {count(graph.nodes.length)} relations and functions are too many for one picture: choose
            one of the list to see what it reads, and what reads it.
          </p>
        )}
      </section>
      {chosen && (
        <SchemaNode key={chosen} id={chosen} onClose={() => setChosen(undefined)} />
      )}
    </div>
  );
}

/** All where that is a picture, else what stands around the chosen node. */
function pictureOf(index, chosen) {
  const all = index.nodes.size <= mostNodes;
  if (!all && !chosen) return undefined;
  const near = chosen ? neighbours(index, chosen) : undefined;
  const ids = all ? new Set(index.nodes.keys()) : near.ids;
  return { ...layOut(index, ids), near: near?.ids, left: all ? 0 : near.left };
}

function NodeList({ graph, text, setText, chosen, setChosen }) {
  const found = useMemo(() => search(graph.nodes, text), [graph, text]);
  return (
    <section className="card nodes" aria-label="Relations and functions">
      <label>
        Search
        <input
          type="search"
          value={text}
          placeholder="name or type"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className="note" role="status">
        {count(found.length)} of {count(graph.nodes.length)}
        {found.length > mostListed && `, the first ${mostListed} listed`}
      </p>
      <ul>
        {found.slice(0, mostListed).map(({ id, name, kind, types }) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={id === chosen}
              onClick={() => setChosen(id === chosen ? undefined : id)}
            >
              <span className={`dot ${classOf(kind)}`} title={kind} />
              <span className="node-name">{name}</span>
              {types?.length > 0 && <small>{types.join(', ')}</small>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
