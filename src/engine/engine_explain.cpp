// SPDX-License-Identifier: MIT
// The part of Engine that explains requests in place of executing them.
#include "engine/begin.hpp"
#include "engine/engine.hpp"
#include "respond/sqlstate.hpp"

namespace fraiseql::engine {

runtime::Task<Response> Engine::explain(Request request, ExplainOptions options) {
    Begun begun(request.principal, request.settings ? request.settings : settings_);
    const Settings& settings = *begun.settings;
    const runtime::Clock::time_point deadline = runtime::Clock::now() + settings.timeout;
    const auto refused = co_await begin(request, begun);
    if (refused) co_return refuse({*refused});
    Documents::Lookup found = documents_.find(request);
    if (!found.unknown_hash.empty() || !found.new_hash.empty())
        found.document = co_await share(request, std::move(found));
    const Documents::Found document = documents_.under(std::move(found.document), settings);
    if (!document) co_return refuse({document.error()});
    auto prepared = prepare_request(*document, request, settings);
    documents_.grown(**document);
    if (!prepared) co_return refuse(prepared.error());
    Explanation explanation(std::move(*prepared), request.operation_name, settings, options);
    pg::Batch batch = explanation.plans_batch();
    // A statement that is measured may take long: nobody else waits behind it.
    auto rows = co_await pool_.run(std::move(batch), pg::Lane::Exclusive, deadline);
    if (!rows) co_return refuse({respond::to_error(rows.error(), true, next_reference())});
    if (auto read = explanation.read_plans(*rows); !read) co_return refuse({read.error()});
    batch = explanation.tables_batch();
    rows = co_await pool_.run(std::move(batch), pg::Lane::Quick, deadline);
    if (!rows) co_return refuse({respond::to_error(rows.error(), true, next_reference())});
    if (auto read = explanation.read_tables(*rows); !read) co_return refuse({read.error()});
    Response response;
    response.body.append(explain::to_json(explanation.report()));
    co_return response;
}

}  // namespace fraiseql::engine
