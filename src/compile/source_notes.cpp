// SPDX-License-Identifier: MIT
#include "compile/source_notes.hpp"

#include <fmt/format.h>

#include "compile/reading.hpp"

namespace fraiseql::compile {
namespace {

using plan::Branch;
using plan::Output;

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

  private:
    void field(const Output& output, const Source& source, const std::string& path) {
        if (!source.seen_through) return kept(output, source, path);
        if (output.branches.empty()) return leaf(output, source, path);
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

    void kept(const Output& output, const Source& source, const std::string& path) {
        if (source.row != nullptr && output.binding->column)
            return add(path, fmt::format("column {}.{}", name_,
                                         source.row->column(*output.binding->column)->name));
        add(path,
            entity_.document ? fmt::format("document {}.{}", name_,
                                           entity_.relation->column(*entity_.document)->name)
                             : fmt::format("relation {}", name_),
            reason_);
    }

    void leaf(const Output& output, const Source& source, const std::string& path) {
        const Located found = source.locate(*output.binding);
        const bool wants_json = catalog::is_json(model_.catalog.base_type(output.binding->type));
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
    for (const plan::Root& root : plan.roots) {
        if (root.kind != plan::Root::Kind::Read) continue;
        if (root.read.kind == plan::Read::Kind::Aggregate) continue;
        NoteWriter writer(model, *root.read.entity, options, lists, notes);
        if (root.read.kind == plan::Read::Kind::Connection)
            connection_notes(writer, root.read.branches, root.response_key);
        else
            writer.object(root.read.branches, writer.source(), root.response_key);
    }
    return notes;
}

}  // namespace fraiseql::compile
