// SPDX-License-Identifier: MIT
// What a function returns, told from its return type and its annotations.
#include <fmt/format.h>

#include <algorithm>

#include "schema/field_annotation.hpp"
#include "schema/function_results.hpp"
#include "schema/naming.hpp"
#include "schema/result_expectations.hpp"

namespace fraiseql::schema {
namespace {

using catalog::Argument;
using catalog::Function;
using catalog::Type;
using lineage::ShapePointer;
using Kind = ResultBinding::Kind;
using Verdict = ResultBinding::Verdict;

class ResultReader {
  public:
    ResultReader(Draft& draft, const Function& function, const catalog::Annotations& annotations)
        : draft_(draft),
          catalog_(draft.model.catalog),
          function_(function),
          annotations_(annotations) {}

    Result<FunctionResult> read() {
        for (const Argument& argument : function_.arguments)
            if (argument.mode != Argument::Mode::In && argument.mode != Argument::Mode::Variadic)
                columns_.push_back(&argument);
        FRAISEQL_TRY(lines_, shape_of_lines(catalog_, annotations_, "result", subject()));
        out_.binding.list = function_.returns_set;
        if (function_.kind == Function::Kind::Procedure)
            read_procedure();
        else
            read_type();
        if (!out_.refusal.empty()) return std::move(out_);
        if (lines_ != nullptr && out_.binding.kind != Kind::Document)
            return fail(ErrorCode::Configuration,
                        subject() +
                            ": @result describes JSON or a composite, and this function "
                            "returns neither.",
                        "Remove the @result lines.");
        FRAISEQL_TRY(const std::vector<lineage::Field> described, describe_columns());
        if (out_.binding.kind == Kind::Document && !out_.binding.list) find_verdict();
        if (out_.inner != nullptr && out_.binding.verdict == Verdict::None)
            return no_json_column(out_.inner->object()->fields.front().key);
        expect(described);
        if (auto found = find_entity(); !found) return fail(found.error());
        return std::move(out_);
    }

  private:
    std::string subject() const { return subject_of(catalog_, function_); }
    bool writes() const { return function_.volatility == Function::Volatility::Volatile; }

    void refuse(std::string why, std::string remedy) {
        out_.refusal = std::move(why);
        out_.remedy = std::move(remedy);
    }

    void read_procedure() {
        if (!columns_.empty())
            refuse("it is a procedure with OUT or INOUT parameters",
                   "Write it as a function, whose result can be typed.");
        out_.binding.kind = Kind::Nothing;
    }

    /// `type`: nullptr where the catalog does not have it.
    void refuse_pseudo(const Type* type) {
        const std::string name = catalog_.type_name(function_.return_type);
        if (type != nullptr && type->name.ends_with("trigger"))
            return refuse("only triggers can call it", {});
        if (type != nullptr && type->name.starts_with("any"))
            return refuse(fmt::format("it returns {}, which is another type for each call", name),
                          "Write a function around it that returns a type of its own.");
        refuse(fmt::format("it returns {}, whose columns nobody knows", name),
               "Give it OUT parameters, RETURNS TABLE (…) or a composite type.");
    }

    void read_type() {
        const Type* type = catalog_.type(catalog_.base_type(function_.return_type));
        if (columns_.size() > 1 || (type != nullptr && type->name == "record" && !columns_.empty()))
            return read_columns();
        if (function_.return_type == catalog::kVoid) {
            if (!writes()) refuse("it only reads, and returns nothing", "Mark it VOLATILE.");
            return;
        }
        if (type == nullptr || type->kind == Type::Kind::Pseudo) return refuse_pseudo(type);
        if (catalog::is_json(type->oid)) {
            out_.binding.kind = Kind::Document;
            out_.binding.json = true;
            out_.shape = lines_;
        } else if (type->kind == Type::Kind::Composite) {
            read_row(*type);
        } else if (const ShapePointer shape = shape_of_type(catalog_, function_.return_type);
                   shape->list() != nullptr) {
            out_.binding.kind = Kind::Document;
            out_.shape = shape;
        } else {
            out_.binding.kind = Kind::Leaf;
            out_.binding.leaf = draft_.leaf(function_.return_type, "result");
        }
    }

    /// OUT parameters and RETURNS TABLE.
    void read_columns() {
        lineage::Object object;
        for (const Argument* column : columns_) {
            if (column->name.empty())
                return refuse("it has an OUT parameter without a name", "Name the parameter.");
            object.fields.push_back(
                {.key = column->name, .shape = shape_of_type(catalog_, column->type)});
        }
        out_.binding.kind = Kind::Document;
        out_.shape = std::make_shared<lineage::Shape>(lineage::Shape{.kind = std::move(object)});
    }

    void read_row(const Type& type) {
        out_.binding.kind = Kind::Document;
        out_.shape = shape_of_type(catalog_, function_.return_type);
        if (const Entity* entity = draft_.entity_of(type.relation)) {
            out_.binding.entity = entity;
            if (writes() && entity->key)
                out_.binding.key_places = {{entity->relation->column(*entity->key)->name}};
            else
                out_.binding.kind = Kind::EntityRows;
            return;
        }
        read_table_row(type);
    }

    /// A row of the table behind an entity: the same thing, seen through the entity's view.
    void read_table_row(const Type& type) {
        for (const Entity& entity : draft_.model.entities) {
            if (!entity.key || type.relation == 0) continue;
            const auto& shape = draft_.model.lineage.relation(entity.relation->oid);
            const lineage::ColumnShape* key = shape.column(*entity.key);
            if (key == nullptr || !key->shape->origin ||
                key->shape->origin->relation != type.relation)
                continue;
            const catalog::Relation* table = catalog_.relation(type.relation);
            out_.binding.entity = &entity;
            out_.binding.key_places = {{table->column(key->shape->origin->column)->name}};
            return;
        }
    }

    static std::string plain(std::string_view key) {
        std::string out;
        for (char c : key)
            if (c != '_') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        return out;
    }

    static catalog::Oid scalar_type(const lineage::Field& field) {
        const lineage::Scalar* scalar = field.shape->scalar();
        return scalar != nullptr ? scalar->type : 0;
    }

    /// Whether the declared keys say that the function can fail by what it returns.
    void find_verdict() {
        if (!writes() || out_.shape == nullptr || out_.binding.entity != nullptr) return;
        const lineage::Object* object = out_.shape->object();
        if (object == nullptr) return;
        auto has = [&](std::string_view key) { return object->find(key) != nullptr; };
        auto set = [&](Verdict verdict, const std::string& key) {
            out_.binding.verdict = verdict;
            out_.binding.verdict_key = key;
        };
        for (const lineage::Field& field : object->fields) {
            const std::string key = plain(field.key);
            const bool named =
                key == "success" || key == "issuccess" || key == "succeeded" || key == "ok";
            if (named && catalog_.base_type(scalar_type(field)) == catalog::kBool)
                return set(Verdict::Success, field.key);
        }
        if (has("status") && (has("message") || has("object_data") || has("extra_metadata")))
            return set(Verdict::Status, "status");
        if (has("type") && (has("message") || has("code") || has("error")))
            set(Verdict::Type, "type");
    }

    tl::unexpected<Error> no_json_column(std::string_view key) const {
        return fail(ErrorCode::Configuration,
                    fmt::format("{}: @result describes '{}', which is no JSON column of what the "
                                "function returns.",
                                subject(), key),
                    "Begin the path with the name of a column of type json or jsonb.");
    }

    /// `@result` lines of rows: each describes what is in a JSON column, whose name it begins
    /// with. The keys of others are looked for in the columns that hold documents
    /// (ResultTypes::add_parts). Returns the columns that are described now.
    Result<std::vector<lineage::Field>> describe_columns() {
        std::vector<lineage::Field> described;
        if (lines_ == nullptr || out_.binding.json) return described;
        if (out_.binding.entity != nullptr || lines_->object() == nullptr)
            return fail(ErrorCode::Configuration,
                        subject() + ": @result describes JSON, and this function returns rows.",
                        "Begin the paths with the name of a JSON column, or remove the lines.");
        lineage::Object rows = *out_.shape->object();
        lineage::Object rest;
        for (const lineage::Field& line : lines_->object()->fields) {
            const auto column =
                std::find_if(rows.fields.begin(), rows.fields.end(),
                             [&](const lineage::Field& each) { return each.key == line.key; });
            if (column == rows.fields.end()) {
                rest.fields.push_back(line);
                continue;
            }
            if (!catalog::is_json(catalog_.base_type(scalar_type(*column))))
                return no_json_column(line.key);
            column->shape = line.shape;
            described.push_back(line);
        }
        // A type that this function alone describes is no longer that of all such rows.
        if (!described.empty()) rows.row_type = 0;
        lineage::Shape shape = *out_.shape;
        shape.kind = std::move(rows);
        out_.shape = std::make_shared<lineage::Shape>(std::move(shape));
        const bool has_document = std::any_of(
            kInnerDocuments.begin(), kInnerDocuments.end(),
            [&](std::string_view key) { return out_.shape->object()->find(key) != nullptr; });
        if (!rest.fields.empty() && !has_document) return no_json_column(rest.fields.front().key);
        if (!rest.fields.empty())
            out_.inner = std::make_shared<lineage::Shape>(lineage::Shape{.kind = std::move(rest)});
        return described;
    }

    /// PostgreSQL sees to the types of columns; nobody does to what is in JSON, nor to a verdict
    /// that is not there.
    void expect(const std::vector<lineage::Field>& described) {
        ResultBinding& binding = out_.binding;
        if (out_.shape == nullptr) return;
        if (binding.json) return expect_shape(binding, draft_.model, *out_.shape);
        const bool verdict = binding.verdict != Verdict::None;
        if (!verdict && described.empty()) return;
        binding.expectations.push_back({.types = {"object"}, .required = true});
        if (!verdict) binding.expectations.back() = {.types = {"object", "null"}};
        if (verdict)
            binding.expectations.push_back(
                {.place = {binding.verdict_key},
                 .types = {binding.verdict == Verdict::Success ? "boolean" : "string"},
                 .required = true});
        for (const lineage::Field& field : described)
            if (!verdict || field.key != binding.verdict_key)
                expect_shape(binding, draft_.model, *field.shape, {field.key});
    }

    /// The entity of `@returns`, or the longest entity name that ends the function's:
    /// create_blog_post → blog_post before post.
    Result<void> find_entity() {
        const catalog::Annotation* given = annotations_.find("returns");
        ResultBinding& binding = out_.binding;
        if (binding.entity == nullptr && binding.kind != Kind::Nothing &&
            (writes() || given != nullptr))
            for (const Entity& entity : draft_.model.entities)
                consider(entity, given);
        if (given != nullptr &&
            (binding.entity == nullptr || binding.entity->type_name != given->arguments))
            return fail(
                ErrorCode::Configuration,
                fmt::format("{}: '@returns {}' names no type whose key the function returns.",
                            subject(), given->arguments),
                "Give the name of an object type with a key of the function's return type.");
        return {};
    }

    void consider(const Entity& entity, const catalog::Annotation* given) {
        const std::string name = pascal_case(operation_name(function_));
        const bool match = given != nullptr ? entity.type_name == given->arguments
                                            : name.ends_with(entity.type_name) &&
                                                  name.size() > entity.type_name.size();
        const Entity* best = out_.binding.entity;
        if (!match || !entity.key) return;
        if (best != nullptr && entity.type_name.size() <= best->type_name.size()) return;
        const catalog::Oid key_type = entity.relation->column(*entity.key)->type;
        if (out_.binding.kind == Kind::Leaf) {
            if (key_type == function_.return_type) out_.binding.entity = &entity;
            return;
        }
        std::vector<DocumentPath> places = key_places(entity, key_type, given != nullptr);
        if (places.empty()) return;
        out_.binding.entity = &entity;
        out_.binding.key_places = std::move(places);
    }

    /// Where a document that the function returns may have the key of `entity`.
    std::vector<DocumentPath> key_places(const Entity& entity, catalog::Oid key_type,
                                         bool given) const {
        const std::string noun(entity_name(entity.relation->name));
        std::vector<DocumentPath> places;
        const lineage::Object* object = out_.shape != nullptr ? out_.shape->object() : nullptr;
        if (object == nullptr) {
            if (given) places = {{noun + "_id"}, {noun, "id"}, {"data", "id"}, {"id"}};
            return places;
        }
        for (const std::string& key : {noun + "_id", std::string("id")})
            if (const lineage::Field* field = object->find(key);
                field != nullptr && catalog_.base_type(scalar_type(*field)) == key_type)
                places.push_back({key});
        if (out_.inner != nullptr)
            for (const lineage::Field& field : out_.inner->object()->fields)
                if ((field.key == noun + "_id" || field.key == "id") &&
                    catalog_.base_type(scalar_type(field)) == key_type)
                    for (const std::string_view outer : kInnerDocuments)
                        if (object->find(outer) != nullptr)
                            places.push_back({std::string(outer), field.key});
        for (const std::string_view outer :
             {std::string_view(noun), std::string_view("object_data"), std::string_view("data")})
            if (object->find(outer) != nullptr &&
                (given || out_.binding.verdict == Verdict::Status))
                places.push_back({std::string(outer), "id"});
        return places;
    }

    Draft& draft_;
    const catalog::Catalog& catalog_;
    const Function& function_;
    const catalog::Annotations& annotations_;
    /// OUT, INOUT and TABLE.
    std::vector<const Argument*> columns_ = {};
    ShapePointer lines_ = {};
    FunctionResult out_ = {};
};

}  // namespace

std::string_view operation_name(const Function& function) {
    std::string_view name = function.name;
    if (name.starts_with("fn_") && name.size() > 3) name.remove_prefix(3);
    return name;
}

Result<FunctionResult> read_result(Draft& draft, const Function& function,
                                   const catalog::Annotations& annotations) {
    return ResultReader(draft, function, annotations).read();
}

}  // namespace fraiseql::schema
