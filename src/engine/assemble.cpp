// SPDX-License-Identifier: MIT
#include "engine/assemble.hpp"

#include <memory>

#include "engine/authorization.hpp"
#include "engine/row_json.hpp"
#include "graphql/introspection.hpp"
#include "json/writer.hpp"
#include "respond/error_json.hpp"

namespace fraiseql::engine {
namespace {

/// Values up to this size are copied between the fixed bytes; longer ones are sent from where
/// libpq's result left them.
constexpr std::size_t kCopyLimit = 4096;

class Splicer {
  public:
    Splicer(const PreparedRequest& request, std::vector<json_text>& resolved,
            runtime::Payload& payload)
        : request_(request), resolved_(resolved), payload_(payload) {}

    void text(std::string_view bytes) { pending_ += bytes; }

    void unit(UnitResult& result) {
        auto rows = std::make_shared<std::vector<pg::Rows>>(std::move(result.rows));
        bool borrowed = false;
        for (const compile::Piece& piece : result.unit->pieces) {
            if (const auto* fixed = std::get_if<std::string>(&piece))
                text(*fixed);
            else if (const auto* slot = std::get_if<compile::Slot>(&piece))
                borrowed = value((*rows)[slot->statement], slot->column) || borrowed;
            else if (const auto* table = std::get_if<compile::RowsSlot>(&piece))
                write_rows(pending_, (*rows)[table->statement], *table);
            else if (const auto* resolver = std::get_if<compile::ResolverSlot>(&piece))
                json(resolved_[resolver->root]);
            else
                introspection(std::get<compile::IntrospectionSlot>(piece).root);
        }
        if (borrowed) payload_.keep(std::move(rows));
    }

    void finish() {
        if (!pending_.empty()) payload_.append(std::exchange(pending_, {}));
    }

  private:
    /// Returns whether the payload now points into `rows`.
    bool value(const pg::Rows& rows, std::uint32_t column) {
        if (rows.row_count() == 0 || rows.is_null(0, column)) {
            text("null");
            return false;
        }
        const std::string_view bytes = rows.get(0, column);
        if (bytes.size() <= kCopyLimit) {
            text(bytes);
            return false;
        }
        finish();
        payload_.append_view(bytes);
        return true;
    }

    void json(json_text& value) {
        if (value.str().size() <= kCopyLimit) return text(value.str());
        finish();
        // The bytes stay where they are when their owner is moved or copied.
        auto owner = std::make_shared<const json_text>(std::move(value));
        payload_.append_view(owner->str());
        payload_.keep(std::move(owner));
    }

    void introspection(std::uint32_t root) {
        const PreparedDocument& document = *request_.document;
        graphql::write_introspection(pending_, *document.model->schema, document.document,
                                     request_.operation->plan.roots[root].group, request_.variables,
                                     request_.hide_forbidden
                                         ? visibility(*document.model, request_.denied)
                                         : graphql::Visibility{});
    }

    const PreparedRequest& request_;
    std::vector<json_text>& resolved_;
    runtime::Payload& payload_;
    std::string pending_;
};

/// A whole response that SQL wrote, an object: its end is found from behind.
runtime::Payload with_extensions(const runtime::Payload& payload, std::string_view extensions) {
    std::string text = payload.str();
    text.resize(text.rfind('}'));
    return runtime::Payload(text + ",\"extensions\":" + std::string(extensions) + '}');
}

}  // namespace

compile::Unit null_unit(const PreparedRequest& request, const compile::Unit& unit) {
    compile::Unit out{.first_root = unit.first_root, .root_count = unit.root_count};
    for (std::uint32_t i = 0; i < unit.root_count; ++i) {
        const plan::Root& root = request.operation->plan.roots[unit.first_root + i];
        std::string key = i == 0 ? "" : ",";
        json::write_string(key, root.response_key);
        out.pieces.emplace_back(key + ':');
        if (root.kind == plan::Root::Kind::Introspection)
            out.pieces.emplace_back(compile::IntrospectionSlot{unit.first_root + i});
        else if (root.kind == plan::Root::Kind::Resolve)
            out.pieces.emplace_back(compile::ResolverSlot{unit.first_root + i});
        else if (root.kind == plan::Root::Kind::Typename)
            out.pieces.emplace_back('"' + request.operation->plan.root_type + '"');
        else
            out.pieces.emplace_back(std::string("null"));
    }
    return out;
}

runtime::Payload assemble(const PreparedRequest& request, std::vector<UnitResult>& results,
                          const std::vector<Error>& errors, bool data_is_null,
                          std::string_view extensions, std::vector<json_text> resolved) {
    runtime::Payload payload;
    Splicer splicer(request, resolved, payload);
    const bool alone = results.size() == 1 && errors.empty() && !data_is_null;
    if (alone && results.front().unit->frame == compile::Frame::Response) {
        splicer.unit(results.front());
        splicer.finish();
        return extensions.empty() ? std::move(payload) : with_extensions(payload, extensions);
    }
    std::string head = "{";
    if (!errors.empty()) {
        respond::write_errors(head, errors);
        head += ',';
    }
    if (!extensions.empty()) head += "\"extensions\":" + std::string(extensions) + ',';
    head += "\"data\":";
    splicer.text(head);
    if (data_is_null) {
        splicer.text("null}");
    } else if (alone && results.front().unit->frame == compile::Frame::Data) {
        splicer.unit(results.front());
        splicer.text("}");
    } else {
        splicer.text("{");
        bool first = true;
        for (UnitResult& result : results) {
            if (!first) splicer.text(",");
            first = false;
            splicer.unit(result);
        }
        splicer.text("}}");
    }
    splicer.finish();
    return payload;
}

}  // namespace fraiseql::engine
