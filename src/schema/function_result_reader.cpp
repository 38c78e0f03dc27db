// SPDX-License-Identifier: MIT
// What a function returns, told from its return type and its annotations.
#include <fmt/format.h>

#include <algorithm>

#include "schema/field_annotation.hpp"
#include "schema/function_results.hpp"
#include "schema/naming.hpp"

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
        if (out_.binding.kind == Kind::Document && !out_.binding.list) find_verdict();
        if (out_.binding.json && !out_.binding.list && out_.shape != nullptr)
            expect({}, *out_.shape, 0);
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

    void read_type() {
        const Type* type = catalog_.type(catalog_.base_type(function_.return_type));
        if (columns_.size() > 1 || (type != nullptr && type->name == "record" && !columns_.empty()))
            return read_columns();
        if (function_.return_type == catalog::kVoid) {
            if (!writes()) refuse("it only reads, and returns nothing", "Mark it VOLATILE.");
            return;
        }
        if (type == nullptr || type->kind == Type::Kind::Pseudo)
            return refuse(fmt::format("it returns {}, whose columns nobody knows",
                                      catalog_.type_name(function_.return_type)),
                          "Give it OUT parameters, RETURNS TABLE (…) or a composite type.");
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
            out_.binding.leaf = leaf_of(catalog_, function_.return_type, "result");
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
        out_.inner = lines_;
        out_.shape = std::make_shared<lineage::Shape>(lineage::Shape{.kind = std::move(object)});
    }

    void read_row(const Type& type) {
        out_.binding.kind = Kind::Document;
        out_.inner = lines_;
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

    /// The JSON types that values of a scalar may have; none where any will do.
    std::vector<std::string> json_types(catalog::Oid type, std::string_view key) const {
        const Leaf leaf = leaf_of(catalog_, type, key);
        if (leaf.list) return {"array"};
        if (leaf.type == "JSON") return {};
        if (leaf.type == "Boolean") return {"boolean"};
        if (leaf.type == "Int" || leaf.type == "Float") return {"number"};
        if (leaf.type == "BigInt" || leaf.type == "Decimal" || leaf.as_text)
            return {"number", "string"};
        return {"string"};
    }

    /// What is inside lists is not looked at: that would cost as much as reading all of it.
    void expect(const DocumentPath& place, const lineage::Shape& shape, int depth) {
        constexpr int kMaxDepth = 4;
        Expectation here{.place = place};
        if (const lineage::Scalar* scalar = shape.scalar())
            here.types = json_types(scalar->type, place.empty() ? "" : place.back());
        if (shape.list() != nullptr) here.types = {"array"};
        if (shape.object() != nullptr || shape.relation() != nullptr) here.types = {"object"};
        // A failure need not have what a success has.
        const bool top_of_union = place.empty() && out_.binding.verdict != Verdict::None;
        const bool required =
            !shape.nullable && (out_.binding.verdict == Verdict::None ||
                                (place.size() == 1 && place[0] == out_.binding.verdict_key));
        if (!required && !top_of_union && !here.types.empty()) here.types.emplace_back("null");
        if (!here.types.empty()) out_.binding.expectations.push_back(std::move(here));
        if (shape.object() == nullptr || depth == kMaxDepth) return;
        for (const lineage::Field& field : shape.object()->fields) {
            DocumentPath inside = place;
            inside.push_back(field.key);
            // Where the object around it may be missing, so may what is in it.
            lineage::Shape inner = *field.shape;
            inner.nullable = inner.nullable || (depth > 0 && shape.nullable);
            expect(inside, inner, depth + 1);
        }
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
