// SPDX-License-Identifier: MIT
#include "compile/source_notes.hpp"

#include <fmt/format.h>

#include "compile/reading.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::compile {
namespace {

using json::Value;
using plan::Branch;
using plan::Output;
using schema::FieldBinding;
using schema::InputBinding;

class NoteWriter {
  public:
    NoteWriter(const schema::Model& model, const schema::Entity& entity,
               const CompileOptions& options, Lists& lists, std::vector<SourceNote>& notes)
        : model_(model),
          entity_(entity),
          reading_(model, entity, options),
          lists_(lists),
          notes_(notes) {
        name_ = model.catalog.display_name(*entity.relation);
        if (options.see_through) reason_ = reading_.refusal();
    }

    void object(const std::vector<Branch>& branches, const Source& source,
                const std::string& path) {
        for (const Branch& branch : branches)
            for (const Output& output : branch.outputs)
                if (output.binding != nullptr)
                    field(output, source, path + "." + output.response_key);
    }

    Source source() { return reading_.answer(); }

    /// Of what `input`, a member of type `input_type`, asks of the rows.
    void criteria(const std::string& input_type, const Value& input, const std::string& path) {
        criteria(input_type, input, reading_.rows(), path);
    }

    /// Of the values that rows are grouped by and that are aggregated.
    void aggregate(const plan::Read& read, const Value& arguments, const std::string& path) {
        const std::string prefix = read.entity->type_name + "Aggregate";
        if (const Value* groups = arguments.find("groupBy"))
            criteria(prefix + "GroupByInput", *groups, path + "(groupBy)");
        for (const Output& function : read.branches.front().outputs) {
            if (function.branches.empty() || function.field->name == "keys") continue;
            for (const Output& value : function.branches.front().outputs)
                if (value.binding != nullptr)
                    leaf(*value.binding, reading_.rows(),
                         path + "." + function.response_key + "." + value.response_key);
        }
    }

  private:
    void criteria(const std::string& input_type, const Value& input, const Source& source,
                  const std::string& path) {
        for (const Value& item : input.items)
            criteria(input_type, item, source, path);
        for (const json::Member& member : input.members)
            if (const InputBinding* binding = model_.input(input_type, member.name))
                criterion(*binding, member, source, inside(path, member.name));
    }

    void criterion(const InputBinding& binding, const json::Member& member, const Source& source,
                   const std::string& path) {
        using Kind = InputBinding::Kind;
        switch (binding.kind) {
            case Kind::And:
            case Kind::Or:
            case Kind::Not:
                return criteria(binding.input_type, member.value, source, path);
            case Kind::Leaf:
            case Kind::Operator:
                if (source.has(binding.value)) leaf(binding.value, source, path);
                return;
            case Kind::Object:
                return criteria(binding.input_type, member.value, source.object(binding.value),
                                path);
            case Kind::List:
                return items(binding, source, path);
        }
    }

    void items(const InputBinding& binding, const Source& source, const std::string& path) {
        const auto any = [](rewrite::ItemValues&) { return rewrite::ItemRows{}; };
        if (source.exists(binding.value, any))
            return add(path, fmt::format("rows behind the list in the query of {}", name_));
        add(path, fmt::format("items of the list in {}", name_),
            reason_.empty() ? "The query does not show which rows the list is made of." : reason_);
    }

    /// `posts(where)` and `title` → `posts(where.title)`.
    static std::string inside(const std::string& path, std::string_view member) {
        return path.substr(0, path.size() - 1) + '.' + std::string(member) + ')';
    }

    void field(const Output& output, const Source& source, const std::string& path) {
        if (!source.seen_through || output.branches.empty())
            return leaf(*output.binding, source, path);
        const auto keys = source.keys_to(*output.binding);
        if (output.field->type->nullable()->is_list()) {
            if (reading_.list(keys, output, lists_))
                return add(
                    path,
                    fmt::format("list of the selected members, built by the query of {}", name_));
        } else if (output.branches.size() == 1) {
            if (reading_.presence(keys))
                return object(output.branches, source.object(*output.binding), path);
            if (reading_.object(keys, output.branches, lists_))
                return add(
                    path,
                    fmt::format("object of the selected members, built by the query of {}", name_));
        }
        add(path, fmt::format("JSON value in the query of {}", name_),
            "The expression behind it does not show how it is made.");
    }

    /// Of a relation that is read as it is.
    void kept(const FieldBinding& binding, const Source& source, const std::string& path) {
        if (source.row != nullptr && binding.column)
            return add(path, fmt::format("column {}.{}", name_,
                                         source.row->column(*binding.column)->name));
        add(path,
            entity_.document ? fmt::format("document {}.{}", name_,
                                           entity_.relation->column(*entity_.document)->name)
                             : fmt::format("relation {}", name_),
            reason_);
    }

    void leaf(const FieldBinding& binding, const Source& source, const std::string& path) {
        if (!source.seen_through) return kept(binding, source, path);
        const Located found = source.locate(binding);
        const bool wants_json = catalog::is_json(model_.catalog.base_type(binding.type));
        if (catalog::is_json(found.type) && !wants_json)
            return add(path, fmt::format("JSON value in the query of {}", name_),
                       "The expression behind it is JSON already.");
        add(path,
            fmt::format("{} in the query of {}", model_.catalog.type_name(found.type), name_));
    }

    void add(const std::string& path, std::string source, std::string reason = {}) {
        notes_.push_back({path, std::move(source), std::move(reason)});
    }

    const schema::Model& model_;
    const schema::Entity& entity_;
    Reading reading_;
    Lists& lists_;
    std::vector<SourceNote>& notes_;
    std::string name_ = {};
    std::string reason_ = {};
};

/// The objects of a connection that hold rows: `nodes`, and `node` of `edges`.
void connection_notes(NoteWriter& writer, const std::vector<Branch>& branches,
                      const std::string& path) {
    for (const Output& output : branches.front().outputs) {
        if (output.field == nullptr) continue;
        const std::string inner = path + "." + output.response_key;
        if (output.field->name == "nodes" || output.field->name == "node")
            writer.object(output.branches, writer.source(), inner);
        else if (output.field->name == "edges")
            connection_notes(writer, output.branches, inner);
    }
}

}  // namespace

std::vector<DocumentNote> document_notes(const schema::Model& model, const plan::Plan& plan,
                                         const CompileOptions& options) {
    std::vector<DocumentNote> notes;
    for (const plan::Root& root : plan.roots) {
        if (root.kind != plan::Root::Kind::Read) continue;
        const Reading reading(model, *root.read.entity, options);
        if (std::string reason = reading.refusal(); !reason.empty())
            notes.push_back({root.response_key,
                             model.catalog.display_name(*root.read.entity->relation),
                             std::move(reason)});
    }
    return notes;
}

std::vector<SourceNote> source_notes(const schema::Model& model, const plan::Plan& plan,
                                     std::span<const json::Value> arguments,
                                     const CompileOptions& options) {
    std::vector<SourceNote> notes;
    Parameters parameters(0);
    Lists lists(model, plan, arguments, options, parameters);
    for (std::size_t i = 0; i < plan.roots.size(); ++i) {
        const plan::Root& root = plan.roots[i];
        if (root.kind != plan::Root::Kind::Read) continue;
        const plan::Read& read = root.read;
        NoteWriter writer(model, *read.entity, options, lists, notes);
        if (read.kind == plan::Read::Kind::Aggregate)
            writer.aggregate(read, arguments[i], root.response_key);
        else if (read.kind == plan::Read::Kind::Connection)
            connection_notes(writer, read.branches, root.response_key);
        else
            writer.object(read.branches, writer.source(), root.response_key);
        const std::string& type = read.entity->type_name;
        if (const Value* where = arguments[i].find("where"))
            writer.criteria(schema::where_input(type), *where, root.response_key + "(where)");
        if (const Value* order = arguments[i].find("orderBy"))
            writer.criteria(schema::order_input(type), *order, root.response_key + "(orderBy)");
    }
    return notes;
}

}  // namespace fraiseql::compile
