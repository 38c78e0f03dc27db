// SPDX-License-Identifier: MIT
#include "engine/plan_cache.hpp"

namespace fraiseql::engine {

std::shared_ptr<PreparedDocument> PlanCache::find_or_prepare(
    const std::shared_ptr<const schema::Model>& model, std::string_view text,
    const graphql::ParseLimits& limits) {
    if (const auto* kept = documents_.find(text)) return *kept;
    auto document = prepare_document(model, text, limits);
    if (document->errors.empty() && documents_.insert(text, document, document->bytes))
        document->counted_bytes = document->bytes;
    return document;
}

void PlanCache::grown(PreparedDocument& document) {
    if (document.bytes == document.counted_bytes || document.counted_bytes == 0) return;
    document.counted_bytes = document.bytes;
    documents_.reweigh(document.source, document.bytes);
}

}  // namespace fraiseql::engine
