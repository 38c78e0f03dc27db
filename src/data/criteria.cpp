// SPDX-License-Identifier: MIT
#include "data/criteria.hpp"

#include <fmt/format.h>

#include "base/suggest.hpp"
#include "schema/inputs.hpp"

namespace fraiseql::data {
namespace {

using json::Member;
using json::Value;
using schema::InputBinding;
using schema::Operand;
using schema::Operator;

constexpr int kMaxDepth = 32;

tl::unexpected<Error> refuse(std::string message, std::string hint = {}) {
    return fail(ErrorCode::BadUserInput, std::move(message), std::move(hint));
}

Value object_of(std::string_view name, Value value, Arena& arena) {
    const std::vector<Member> members{{name, value}};
    return {.kind = Value::Kind::Object, .members = arena.copy(members)};
}

class WhereReader {
  public:
    WhereReader(const schema::Model& model, Arena& arena) : model_(model), arena_(arena) {}

    Result<Value> object(const std::string& type, const Value& where, int depth) const {
        if (!where.is_object())
            return refuse(fmt::format("A condition on {} must be an object, not {}.", type,
                                      json::describe(where.kind)));
        if (depth > kMaxDepth) return refuse("The condition is nested too deeply.");
        std::vector<Member> members;
        for (const Member& member : where.members) {
            const InputBinding* binding = model_.input(schema::where_input(type), member.name);
            if (binding == nullptr) return fail(unknown_member(model_, type, member.name));
            FRAISEQL_TRY(const Value value, this->member(*binding, type, member, depth));
            members.push_back({member.name, value});
        }
        return Value{.kind = Value::Kind::Object, .members = arena_.copy(members)};
    }

  private:
    Result<Value> member(const InputBinding& binding, const std::string& type, const Member& member,
                         int depth) const {
        switch (binding.kind) {
            case InputBinding::Kind::And:
            case InputBinding::Kind::Or:
                return connective(type, member, depth);
            case InputBinding::Kind::Not:
                return object(type, member.value, depth + 1);
            case InputBinding::Kind::Object:
                return object(inner_type(binding), member.value, depth + 1);
            case InputBinding::Kind::List:
                return list(binding, member, depth);
            case InputBinding::Kind::Leaf:
            case InputBinding::Kind::Operator:
                break;
        }
        return leaf(binding.value, member);
    }

    static std::string inner_type(const InputBinding& binding) {
        static const std::string suffix = schema::where_input("");
        return binding.input_type.substr(0, binding.input_type.size() - suffix.size());
    }

    Result<Value> connective(const std::string& type, const Member& member, int depth) const {
        if (!member.value.is_array())
            return refuse(fmt::format("{} takes a list of conditions.", member.name));
        std::vector<Value> items;
        for (const Value& item : member.value.items) {
            FRAISEQL_TRY(const Value read, object(type, item, depth + 1));
            items.push_back(read);
        }
        return Value{.kind = Value::Kind::Array, .items = arena_.copy(items)};
    }

    Result<Value> list(const InputBinding& binding, const Member& member, int depth) const {
        if (!member.value.is_object())
            return refuse(fmt::format("{} is a list of objects.", member.name),
                          "Ask for some, every, none or isEmpty.");
        std::vector<Member> members;
        for (const Member& each : member.value.members) {
            if (each.name == "isEmpty") {
                if (!each.value.is_bool()) return refuse("isEmpty takes true or false.");
                members.push_back(each);
                continue;
            }
            if (each.name != "some" && each.name != "every" && each.name != "none")
                return refuse(fmt::format("{} has no operator \"{}\".", member.name, each.name),
                              "Ask for some, every, none or isEmpty.");
            FRAISEQL_TRY(const Value read, object(inner_type(binding), each.value, depth + 1));
            members.push_back({each.name, read});
        }
        return Value{.kind = Value::Kind::Object, .members = arena_.copy(members)};
    }

    Result<Value> leaf(const schema::FieldBinding& binding, const Member& member) const {
        const Value& value = member.value;
        if (value.is_null()) return object_of("isnull", Value{.kind = Value::Kind::True}, arena_);
        const schema::Leaf leaf = schema::leaf_of(model_.catalog, binding.type, binding.key);
        const schema::FilterKind kind = schema::filter_of(model_.catalog, binding.type, leaf);
        const Value filter = value.is_object() ? value : object_of("eq", value, arena_);
        for (const Member& each : filter.members) {
            const Operator* op = kind.find(each.name);
            if (op == nullptr) return unknown_operator(member.name, each.name, kind);
            if (auto fits = check_operand(member.name, *op, each.value, binding.type); !fits)
                return fail(fits.error());
        }
        return filter;
    }

    static tl::unexpected<Error> unknown_operator(std::string_view name, std::string_view wanted,
                                                  const schema::FilterKind& kind) {
        std::vector<std::string_view> known;
        std::string all;
        for (const Operator& op : schema::operators())
            if (kind.find(op.name) == &op) {
                known.push_back(op.name);
                all += (all.empty() ? "" : ", ") + std::string(op.name);
            }
        std::string hint = did_you_mean(wanted, known);
        if (hint.empty()) hint = "It has " + all + '.';
        return refuse(fmt::format("{} has no operator \"{}\".", name, wanted), std::move(hint));
    }

    Result<void> check_operand(std::string_view name, const Operator& op, const Value& value,
                               catalog::Oid type) const {
        const catalog::Oid base = model_.catalog.base_type(type);
        const catalog::Type* pg = model_.catalog.type(base);
        const bool document = catalog::is_json(base);
        const bool array = pg != nullptr && pg->kind == catalog::Type::Kind::Array;
        const auto scalar = [](const Value& each) {
            return each.is_string() || each.is_number() || each.is_bool();
        };
        bool fits = scalar(value);
        switch (op.operand) {
            case Operand::Flag:
            case Operand::NotFlag:
                fits = value.is_bool();
                break;
            case Operand::Many:
            case Operand::Texts:
                fits = value.is_array() && all_scalar(value);
                break;
            case Operand::Same:
                if (array) fits = value.is_array() && all_scalar(value);
                if (document) fits = !value.is_null();
                break;
            case Operand::Range:
                fits = value.is_object() && value.find("from") != nullptr &&
                       value.find("to") != nullptr && value.members.size() == 2;
                break;
            case Operand::Depth:
                fits = value.is_number();
                break;
            case Operand::Text:
            case Operand::Contains:
            case Operand::Prefix:
            case Operand::Suffix:
                fits = value.is_string();
                break;
            case Operand::Item:
                break;
        }
        if (fits) return {};
        return refuse(
            fmt::format("{}.{} does not take {}.", name, op.name, json::describe(value.kind)),
            value.is_null() ? "Rows without a value are found by isnull: true."
                            : std::string(op.description));
    }

    static bool all_scalar(const Value& list) {
        for (const Value& item : list.items)
            if (item.is_null() || item.is_object() || item.is_array()) return false;
        return true;
    }

    const schema::Model& model_;
    Arena& arena_;
};

}  // namespace

Result<Value> read_where(const schema::Model& model, const std::string& type, const Value& where,
                         Arena& arena) {
    return WhereReader(model, arena).object(type, where, 0);
}

Result<void> check_order(const schema::Model& model, const std::string& type,
                         const Value& order_by) {
    static const std::string suffix = schema::order_input("");
    for (const Value& criterion : order_by.items) {
        std::string at = type;
        const Value* value = &criterion;
        while (value->is_object() && value->members.size() == 1) {
            const Member& member = value->members.front();
            const InputBinding* binding = model.input(schema::order_input(at), member.name);
            if (binding == nullptr) {
                if (model.input(schema::where_input(at), member.name) == nullptr)
                    return fail(unknown_member(model, at, member.name));
                return refuse(fmt::format("{} cannot be ordered by {}.", at, member.name));
            }
            const bool leads_on = binding->kind == InputBinding::Kind::Object;
            if (leads_on != member.value.is_object())
                return refuse(std::string(member.name) +
                              (leads_on ? " is an object: order by a value in it."
                                        : " has nothing inside to order by."));
            if (leads_on)
                at = binding->input_type.substr(0, binding->input_type.size() - suffix.size());
            value = &member.value;
        }
        if (!value->is_string()) return refuse("A criterion of an order has one name.");
    }
    return {};
}

Error unknown_member(const schema::Model& model, const std::string& type, std::string_view name) {
    std::vector<std::string_view> known;
    if (auto found = model.relations->members.find(type); found != model.relations->members.end())
        for (const schema::Member& member : found->second)
            known.emplace_back(member.name);
    return {.code = ErrorCode::BadUserInput,
            .message = fmt::format("{} has no \"{}\".", type, name),
            .hint = did_you_mean(name, known)};
}

}  // namespace fraiseql::data
