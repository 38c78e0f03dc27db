// SPDX-License-Identifier: MIT
#include "schema/result_expectations.hpp"

namespace fraiseql::schema {
namespace {

/// Documents may contain documents of their own kind.
constexpr int kMaxDepth = 4;

/// The JSON types that values of a scalar may have; none where any will do.
std::vector<std::string> json_types(const Model& model, catalog::Oid type, std::string_view key) {
    const Leaf leaf = leaf_of(model.catalog, type, key);
    if (leaf.list) return {"array"};
    if (leaf.type == "JSON") return {};
    if (leaf.type == "Boolean") return {"boolean"};
    if (leaf.type == "Int" || leaf.type == "Float") return {"number"};
    if (leaf.type == "BigInt" || leaf.type == "Decimal" || leaf.as_text)
        return {"number", "string"};
    return {"string"};
}

class Expecting {
  public:
    Expecting(ResultBinding& result, const Model& model) : result_(result), model_(model) {}

    void add(const lineage::Shape& shape, Expectation here, int depth) {
        const bool top = here.place.empty() && here.lists.empty();
        here.types.clear();
        if (const lineage::Scalar* scalar = shape.scalar())
            here.types = json_types(model_, scalar->type, top ? "" : here.place.back());
        if (shape.list() != nullptr) here.types = {"array"};
        if (shape.object() != nullptr || shape.relation() != nullptr) here.types = {"object"};
        here.required = !shape.nullable;
        if (result_.verdict != ResultBinding::Verdict::None) {
            const bool says_it =
                top || (here.place.size() == 1 && here.place[0] == result_.verdict_key);
            here.required = here.required || says_it;
            // A failure need not have what a success has.
            here.of_success = !says_it;
        }
        if (!here.required && !here.types.empty()) here.types.emplace_back("null");
        if (!here.types.empty()) result_.expectations.push_back(here);
        if (depth < kMaxDepth) add_inside(shape, here, depth + 1);
    }

  private:
    void add_inside(const lineage::Shape& shape, const Expectation& here, int depth) {
        if (const lineage::List* list = shape.list(); list != nullptr && list->array_type == 0) {
            Expectation element = here;
            element.lists.push_back(here.place.size());
            add(*list->element, element, depth);
        }
        if (const lineage::RelationRef* reference = shape.relation()) {
            const auto& relation = model_.lineage.relation(reference->relation);
            const lineage::ColumnShape* column = relation.column(reference->column);
            if (column == nullptr || column->shape->object() == nullptr) return;
            const lineage::Object& object = *column->shape->object();
            const bool in_list = !here.lists.empty();
            if (object.find(column->name) == nullptr &&
                (!in_list || here.lists == std::vector{here.place.size()}))
                result_.rows_at.push_back(
                    {.place = here.place, .list = in_list, .column = column->name});
            add_fields(object, here, depth);
        }
        if (const lineage::Object* object = shape.object()) add_fields(*object, here, depth);
    }

    void add_fields(const lineage::Object& object, const Expectation& here, int depth) {
        for (const lineage::Field& field : object.fields) {
            Expectation inside = here;
            inside.place.push_back(field.key);
            add(*field.shape, inside, depth);
        }
    }

    ResultBinding& result_;
    const Model& model_;
};

}  // namespace

void expect_shape(ResultBinding& result, const Model& model, const lineage::Shape& shape,
                  const DocumentPath& place) {
    Expecting(result, model).add(shape, {.place = place}, 0);
}

}  // namespace fraiseql::schema
