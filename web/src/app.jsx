// SPDX-License-Identifier: MIT
// The page at /: GraphiQL for the server that it came from.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { exampleQuery } from './example_query.js';
import { explainPlugin } from './explain_panel.jsx';
import './app.css';

const endpoint = new URL('graphql', document.baseURI);
const subscriptions = new URL(endpoint);
subscriptions.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

const defaultQuery = await exampleQuery(endpoint);
const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: subscriptions.href,
});
const plugins = [explainPlugin(new URL('admin/explain', document.baseURI))];

createRoot(document.getElementById('root')).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={defaultQuery}
    plugins={plugins}
    defaultEditorToolsVisibility
  >
    <GraphiQL.Logo>FraiseQL</GraphiQL.Logo>
  </GraphiQL>,
);
