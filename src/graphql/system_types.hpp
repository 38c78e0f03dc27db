// SPDX-License-Identifier: MIT
// What every schema has without saying so: introspection types and directives (spec §3.13, §4.2).
#pragma once

#include <string_view>

namespace fraiseql::graphql {

/// SDL of the built-in directives and the introspection types.
inline constexpr std::string_view kSystemTypes = R"GRAPHQL(
"Directs the executor to include this field or fragment only when the `if` argument is true."
directive @include(
  "Included when true."
  if: Boolean!
) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT

"Directs the executor to skip this field or fragment when the `if` argument is true."
directive @skip(
  "Skipped when true."
  if: Boolean!
) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT

"Marks an element of a GraphQL schema as no longer supported."
directive @deprecated(
  "Explains why this element was deprecated, usually with a suggestion of what to use instead. Formatted using the Markdown syntax, as specified by [CommonMark](https://commonmark.org/)."
  reason: String! = "No longer supported"
) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE

"Exposes a URL that specifies the behavior of this scalar."
directive @specifiedBy(
  "The URL that specifies the behavior of this scalar."
  url: String!
) on SCALAR

"Indicates exactly one field must be supplied and this field must not be `null`."
directive @oneOf on INPUT_OBJECT

"The capabilities of a GraphQL server: its types and directives, and where operations begin."
type __Schema {
  description: String
  "All types of this server."
  types: [__Type!]!
  "The type at which queries begin."
  queryType: __Type!
  "The type at which mutations begin, where the server supports them."
  mutationType: __Type
  "The type at which subscriptions begin, where the server supports them."
  subscriptionType: __Type
  "All directives of this server."
  directives: [__Directive!]!
}

"A type, of one of the kinds of `__TypeKind`; the kind says which fields apply and are not null."
type __Type {
  kind: __TypeKind!
  name: String
  description: String
  specifiedByURL: String
  fields(includeDeprecated: Boolean! = false): [__Field!]
  interfaces: [__Type!]
  possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean! = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean! = false): [__InputValue!]
  ofType: __Type
  isOneOf: Boolean
}

"The kinds of types."
enum __TypeKind {
  "A scalar: a leaf."
  SCALAR
  "An object. `fields` and `interfaces` apply."
  OBJECT
  "An interface. `fields`, `interfaces` and `possibleTypes` apply."
  INTERFACE
  "A union. `possibleTypes` applies."
  UNION
  "An enum. `enumValues` applies."
  ENUM
  "An input object. `inputFields` and `isOneOf` apply."
  INPUT_OBJECT
  "A list. `ofType` applies."
  LIST
  "A type without null. `ofType` applies."
  NON_NULL
}

"A field of an object or interface: its name, arguments and type."
type __Field {
  name: String!
  description: String
  args(includeDeprecated: Boolean! = false): [__InputValue!]!
  type: __Type!
  isDeprecated: Boolean!
  deprecationReason: String
}

"An argument of a field or directive, or a field of an input object."
type __InputValue {
  name: String!
  description: String
  type: __Type!
  "The default value as GraphQL text."
  defaultValue: String
  isDeprecated: Boolean!
  deprecationReason: String
}

"A value of an enum."
type __EnumValue {
  name: String!
  description: String
  isDeprecated: Boolean!
  deprecationReason: String
}

"A directive: where it may stand and which arguments it takes."
type __Directive {
  name: String!
  description: String
  isRepeatable: Boolean!
  locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean! = false): [__InputValue!]!
}

"A place at which a directive may stand."
enum __DirectiveLocation {
  "A query."
  QUERY
  "A mutation."
  MUTATION
  "A subscription."
  SUBSCRIPTION
  "A field of a selection set."
  FIELD
  "A fragment definition."
  FRAGMENT_DEFINITION
  "A fragment spread."
  FRAGMENT_SPREAD
  "An inline fragment."
  INLINE_FRAGMENT
  "A variable definition."
  VARIABLE_DEFINITION
  "A schema definition."
  SCHEMA
  "A scalar definition."
  SCALAR
  "An object type definition."
  OBJECT
  "A field definition."
  FIELD_DEFINITION
  "An argument definition."
  ARGUMENT_DEFINITION
  "An interface definition."
  INTERFACE
  "A union definition."
  UNION
  "An enum definition."
  ENUM
  "An enum value definition."
  ENUM_VALUE
  "An input object type definition."
  INPUT_OBJECT
  "An input field definition."
  INPUT_FIELD_DEFINITION
}
)GRAPHQL";

}  // namespace fraiseql::graphql
