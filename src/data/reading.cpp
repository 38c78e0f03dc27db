// SPDX-License-Identifier: MIT
#include "data/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compile/connection_sql.hpp"
#include "data/criteria.hpp"
#include "data/names.hpp"

namespace fraiseql::data {
namespace {

using compile::RelationResult;
using fraiseql::detail::selection;
using json::Value;

/// The types of fields that no schema has: objects and values, lists of them, present or maybe not.
struct FieldTypes {
    graphql::NamedType object{.kind = graphql::TypeKind::Object, .name = "Object"};
    graphql::Type one{.of = nullptr, .named = &object};
    graphql::Type one_there{.kind = graphql::Type::Kind::NonNull, .of = &one, .named = &object};
    graphql::Type list{.kind = graphql::Type::Kind::List, .of = &one, .named = &object};
    graphql::Type list_there{.kind = graphql::Type::Kind::NonNull, .of = &list, .named = &object};
    graphql::FieldDef field_one{.name = "one", .type = &one};
    graphql::FieldDef field_one_there{.name = "one", .type = &one_there};
    graphql::FieldDef field_list{.name = "list", .type = &list};
    graphql::FieldDef field_list_there{.name = "list", .type = &list_there};
    graphql::FieldDef edges{.name = "edges", .type = &list_there};
    graphql::FieldDef cursor{.name = "cursor", .type = &one_there};
    graphql::FieldDef node{.name = "node", .type = &one_there};
    graphql::FieldDef page_info{.name = "pageInfo", .type = &one_there};
    graphql::FieldDef has_next{.name = "hasNextPage", .type = &one_there};
    graphql::FieldDef has_previous{.name = "hasPreviousPage", .type = &one_there};
    graphql::FieldDef total_count{.name = "totalCount", .type = &one_there};

    const graphql::FieldDef* field(const schema::Member& member) const {
        if (member.list) return member.value.nullable ? &field_list : &field_list_there;
        return member.value.nullable ? &field_one : &field_one_there;
    }
};

const FieldTypes& types() {
    static const FieldTypes all;
    return all;
}

plan::Output output(std::string key, const graphql::FieldDef& field,
                    std::vector<plan::Branch> branches = {}) {
    plan::Output out{.response_key = std::move(key), .field = &field};
    out.branches = std::move(branches);
    return out;
}

plan::Branch branch(std::vector<plan::Output> outputs) {
    return {.type = &types().object, .outputs = std::move(outputs)};
}

class Selector {
  public:
    explicit Selector(const schema::Model& model) : model_(model) {}

    Result<std::vector<plan::Branch>> object(const std::string& type,
                                             const std::vector<selection>& keys) const {
        const std::vector<schema::Member>& members = model_.relations->members.at(type);
        std::vector<plan::Output> outputs;
        for (const selection& key : keys) {
            const auto found =
                std::find_if(members.begin(), members.end(),
                             [&](const schema::Member& each) { return each.name == key.key; });
            if (found == members.end()) return fail(unknown_member(model_, type, key.key));
            FRAISEQL_TRY(plan::Output out, member(*found, key));
            outputs.push_back(std::move(out));
        }
        return std::vector{branch(std::move(outputs))};
    }

    /// Of a relation without a document: all its columns.
    std::vector<plan::Branch> columns(const std::string& type) const {
        std::vector<plan::Output> outputs;
        for (const schema::Member& each : model_.relations->members.at(type))
            outputs.push_back(leaf(each));
        return {branch(std::move(outputs))};
    }

  private:
    static plan::Output leaf(const schema::Member& member) {
        plan::Output out = output(member.name, types().field_one);
        out.binding = &member.value;
        return out;
    }

    Result<plan::Output> member(const schema::Member& member, const selection& key) const {
        if (key.inner.empty() || member.object.empty()) return leaf(member);
        FRAISEQL_TRY(std::vector<plan::Branch> inner, object(member.object, key.inner));
        plan::Output out = output(member.name, *types().field(member), std::move(inner));
        out.binding = &member.value;
        return out;
    }

    const schema::Model& model_;
};

std::vector<plan::Branch> connection_of(std::vector<plan::Branch> node, bool total_count) {
    const FieldTypes& all = types();
    std::vector<plan::Output> edge;
    edge.push_back(output("node", all.node, std::move(node)));
    edge.push_back(output("cursor", all.cursor));
    std::vector<plan::Output> info;
    info.push_back(output("hasNextPage", all.has_next));
    info.push_back(output("hasPreviousPage", all.has_previous));
    std::vector<plan::Output> out;
    out.push_back(output("edges", all.edges, {branch(std::move(edge))}));
    out.push_back(output("pageInfo", all.page_info, {branch(std::move(info))}));
    if (total_count) out.push_back(output("totalCount", all.total_count));
    return {branch(std::move(out))};
}

void append_keys(std::string& out, const std::vector<selection>& keys) {
    out += '{';
    for (const selection& key : keys) {
        out += std::to_string(key.key.size()) + ':' + key.key;
        if (!key.inner.empty()) append_keys(out, key.inner);
    }
    out += '}';
}

/// Checks names and bounds, and brings conditions and cursors into the compiler's form.
Result<Value> read_arguments(const Store& store, const plan::Read& read, const ReadRequest& request,
                             const compile::CompileOptions& options, Arena& arena) {
    const std::string& type = read.entity->type_name;
    FRAISEQL_TRY(Value given, json::read(request.arguments, arena, 128));
    std::vector<json::Member> members(given.members.begin(), given.members.end());
    const bool pages = request.result == RelationResult::Connection;
    for (json::Member& member : members) {
        const bool of_pages = member.name == "first" || member.name == "last" ||
                              member.name == "after" || member.name == "before";
        const bool of_lists = member.name == "limit" || member.name == "offset";
        if ((of_pages && !pages) || (of_lists && pages))
            return fail(ErrorCode::BadUserInput, fmt::format("{} has no use here.", member.name),
                        pages ? "paginate has first, last, after and before."
                              : "first, last, after and before are for paginate.");
        if (member.name == "where") {
            FRAISEQL_TRY(member.value, read_where(*store.model, type, member.value, arena));
        }
        if (member.name == "orderBy")
            if (auto known = check_order(*store.model, type, member.value); !known)
                return fail(known.error());
    }
    given.members = arena.copy(members);
    if (pages) return compile::read_connection_arguments(*store.model, read, given, options, arena);
    if (auto page = compile::check_relation_page(given, options); !page) return fail(page.error());
    return given;
}

}  // namespace

Result<pg::Call> prepare_read(const Store& store, const ReadRequest& request) {
    FRAISEQL_TRY(const schema::Entity* entity, find_relation(*store.model, request.relation));
    compile::CompileOptions options = store.options;
    plan::Read read{.entity = entity};
    const bool pages = request.result == RelationResult::Connection;
    if (pages && !entity->key)
        return fail(ErrorCode::BadUserInput,
                    fmt::format("{} has no key to paginate by.", request.relation),
                    "Give it a column id, or a unique index on one column.");
    read.kind = pages                                   ? plan::Read::Kind::Connection
                : request.result == RelationResult::One ? plan::Read::Kind::One
                                                        : plan::Read::Kind::Many;
    const Selector selector(*store.model);
    if (!request.keys.empty()) {
        FRAISEQL_TRY(read.branches, selector.object(entity->type_name, request.keys));
    } else if (entity->document) {
        read.branches = {plan::Branch{.type = &types().object, .outputs = {}, .whole = true}};
        // The whole of it is the view's own work.
        options.see_through = false;
    } else {
        read.branches = selector.columns(entity->type_name);
    }
    if (pages) read.branches = connection_of(std::move(read.branches), request.total_count);

    Arena arena;
    FRAISEQL_TRY(const Value arguments, read_arguments(store, read, request, options, arena));
    std::string key = fmt::format("{}{}", entity->relation->oid, request.total_count ? "#" : "/");
    append_keys(key, request.keys);
    key += compile::relation_structure(*store.model, read, request.result, arguments, options);
    auto compiled = store.statements.find(key);
    if (compiled == nullptr) {
        FRAISEQL_TRY(
            compile::Statement statement,
            compile::relation_statement(*store.model, read, request.result, arguments, options));
        compiled = std::make_shared<const CompiledRead>(CompiledRead{
            pg::make_statement(std::move(statement.sql)), std::move(statement.parameters)});
        store.statements.keep(key, compiled);
    }
    pg::Call call{.statement = compiled->statement};
    for (const compile::Parameter& parameter : compiled->parameters)
        call.params.push_back(compile::bind(parameter, std::span(&arguments, 1)));
    return call;
}

}  // namespace fraiseql::data
