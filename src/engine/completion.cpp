// SPDX-License-Identifier: MIT
#include "engine/completion.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fraiseql/definition.hpp"
#include "fraiseql/error.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"

namespace fraiseql::engine {
namespace {

using detail::type_shape;
using graphql::NamedType;
using graphql::Type;
using plan::Branch;
using plan::Output;

/// A value of C++, seen through its shape.
struct CppValue {
    const type_shape* shape;
    const void* value;

    /// The value inside optionals; no value where one of them is empty.
    CppValue bare() const {
        CppValue out = *this;
        while (out.value != nullptr && out.shape->what == type_shape::kind::optional)
            out = {&out.shape->inner(), out.shape->get(out.value)};
        return out;
    }
};

/// One completion: writes to `out` and collects errors. Null propagates through return values:
/// false means that the parent of what was written must be null.
class Completer {
  public:
    Completer(std::string_view response_key, const ReportThrown& report) : report_(report) {
        path_.emplace_back(std::string(response_key));
    }

    template <class Value>
    bool value(const Type& type, const std::vector<Branch>& branches, const Value& value) {
        const Type& bare = *type.nullable();
        const std::size_t start = out.size();
        const std::size_t errors_before = errors.size();
        if (nullable_value(bare, branches, value)) return true;
        out.resize(start);
        if (!type.is_non_null()) {
            out += "null";
            return true;
        }
        // Whatever made it null may have said so already.
        if (errors.size() == errors_before)
            problem("A value that may not be null is null.", "The resolver returned none.");
        return false;
    }

    std::string out = {};
    std::vector<Error> errors = {};

  private:
    /// Writes a value that is there; false where it is null, or must be.
    bool nullable_value(const Type& type, const std::vector<Branch>& branches,
                        const CppValue& given) {
        const CppValue value = given.bare();
        if (value.value == nullptr) return false;
        if (type.is_list()) return list(*type.of, branches, value);
        if (!type.named->is_composite()) return leaf(value);
        CppValue object = value;
        if (value.shape->what == type_shape::kind::variant) {
            const detail::alternative chosen = value.shape->choose(value.value);
            object = {chosen.type, chosen.value};
        }
        return this->object(branch_of(branches, object.shape->name), object);
    }

    /// A value that its codec cannot write is an error where it stands.
    bool leaf(const CppValue& value) {
        const std::size_t start = out.size();
        try {
            value.shape->write(out, value.value);
        } catch (...) {
            Error error = report_(std::current_exception());
            // That code has a value without JSON is no mistake of the client's.
            const bool ours = value.shape->refusal == nullptr;
            if (ours && error.own_code == info(ErrorCode::BadUserInput).wire)
                error.own_code = info(ErrorCode::InternalServerError).wire;
            error.path = path_;
            errors.push_back(std::move(error));
            return false;
        }
        return std::string_view(out).substr(start) != "null";
    }

    bool nullable_value(const Type& type, const std::vector<Branch>& branches,
                        const json::Value& value) {
        if (value.is_null()) return false;
        if (type.is_list()) {
            if (!value.is_array()) return misfit(type, value);
            return list(*type.of, branches, value);
        }
        if (!type.named->is_composite()) {
            if (!fits(*type.named, value)) return misfit(type, value);
            json::write(out, value);
            return true;
        }
        if (!value.is_object()) return misfit(type, value);
        return object(branch_of(branches, type_of(type, value)), value);
    }

    static std::string_view type_of(const Type& type, const json::Value& value) {
        if (!type.named->is_abstract()) return type.named->name;
        const json::Value* name = value.find("__typename");
        return name != nullptr ? name->text : std::string_view();
    }

    static bool fits(const NamedType& type, const json::Value& value) {
        if (type.kind == graphql::TypeKind::Enum)
            return value.is_string() && type.enum_value(value.text) != nullptr;
        if (type.name == "Boolean") return value.is_bool();
        if (type.name == "Int" || type.name == "Float" || type.name == "BigInt" ||
            type.name == "Decimal")
            return value.is_number() || (type.name != "Int" && value.is_string());
        if (type.name == "JSON") return true;
        if (type.name == "String" || type.name == "ID" || type.name == "UUID")
            return value.is_string();
        return true;
    }

    bool misfit(const Type& type, const json::Value& value) {
        problem(fmt::format("The resolver returned {} where {} must be.",
                            json::describe(value.kind), to_string(type)),
                {});
        return false;
    }

    template <class Items>
    bool list(const Type& item, const std::vector<Branch>& branches, const Items& items) {
        out += '[';
        std::uint32_t index = 0;
        const bool whole = for_each(items, [&](const auto& each) {
            if (index != 0) out += ',';
            path_.emplace_back(index++);
            const bool written = value(item, branches, each);
            path_.pop_back();
            return written;
        });
        out += ']';
        return whole;
    }

    template <class Visit>
    static bool for_each(const CppValue& list, const Visit& visit) {
        struct State {
            const Visit& visit;
            const type_shape* item;
            bool whole = true;
        } state{visit, &list.shape->inner()};
        list.shape->each(list.value, &state, [](void* argument, const void* value) {
            auto* each = static_cast<State*>(argument);
            each->whole = each->visit(CppValue{each->item, value});
            return each->whole;
        });
        return state.whole;
    }

    template <class Visit>
    static bool for_each(const json::Value& list, const Visit& visit) {
        return std::all_of(list.items.begin(), list.items.end(), visit);
    }

    const Branch* branch_of(const std::vector<Branch>& branches, std::string_view type) {
        for (const Branch& branch : branches)
            if (branch.type->name == type) return &branch;
        problem(fmt::format("The resolver returned an object of type \"{}\", which is not "
                            "possible here.",
                            type),
                "Objects of an interface or union say their type under \"__typename\".");
        return nullptr;
    }

    template <class Object>
    bool object(const Branch* branch, const Object& object) {
        if (branch == nullptr) return false;
        out += '{';
        bool first = true;
        for (const Output& output : branch->outputs) {
            if (!first) out += ',';
            first = false;
            json::write_string(out, output.response_key);
            out += ':';
            if (output.field == nullptr) {
                json::write_string(out, branch->type->name);
                continue;
            }
            path_.emplace_back(output.response_key);
            const bool written = member(output, object);
            path_.pop_back();
            if (!written) return false;
        }
        out += '}';
        return true;
    }

    bool member(const Output& output, const CppValue& object) {
        const auto& members = object.shape->members;
        const auto found = std::find_if(
            members.begin(), members.end(),
            [&](const detail::member_shape& each) { return each.name == output.field->name; });
        const CppValue value{&found->type(), found->get(object.value)};
        return this->value(*output.field->type, output.branches, value);
    }

    /// A key that is not there is null.
    bool member(const Output& output, const json::Value& object) {
        static constexpr json::Value kNull = {};
        const json::Value* value = object.find(output.binding->key);
        if (value == nullptr) value = object.find(output.field->name);
        return this->value(*output.field->type, output.branches, value != nullptr ? *value : kNull);
    }

    void problem(std::string message, std::string hint) {
        errors.push_back({.code = ErrorCode::InternalServerError,
                          .message = std::move(message),
                          .hint = std::move(hint),
                          .path = path_});
    }

    const ReportThrown& report_;
    Path path_ = {};
};

}  // namespace

Completed complete(const graphql::Type& type, const std::vector<Branch>& branches,
                   std::string_view response_key, const detail::resolved& value,
                   const ReportThrown& report) {
    if (value.what == detail::resolved::form::shaped) {
        Completed out{.value = value.json};
        out.propagates = type.is_non_null() && value.json.is_null();
        if (out.propagates)
            out.errors.push_back({.message = "A value that may not be null is null.",
                                  .path = {std::string(response_key)}});
        return out;
    }
    // The scalar JSON is its own selection.
    const bool opaque = !type.nullable()->is_list() && type.named->name == "JSON";
    if (value.what == detail::resolved::form::document && opaque) {
        if (!value.json.is_null() || !type.is_non_null()) return {.value = value.json};
    }
    Completer completer(response_key, report);
    Completed out;
    if (value.what == detail::resolved::form::document) {
        Arena arena;
        const auto document = json::read(value.json.str(), arena, 256);
        if (!document) throw failure(document.error().message, "INTERNAL_SERVER_ERROR");
        out.propagates = !completer.value(type, branches, *document);
    } else {
        const CppValue cpp{value.shape, value.value.get()};
        out.propagates = !completer.value(type, branches, cpp);
    }
    if (!out.propagates) out.value = json_text::trusted(std::move(completer.out));
    out.errors = std::move(completer.errors);
    return out;
}

}  // namespace fraiseql::engine
