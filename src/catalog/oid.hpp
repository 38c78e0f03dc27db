// SPDX-License-Identifier: MIT
// The numbers by which PostgreSQL's catalog names things.
#pragma once

#include <cstdint>

namespace fraiseql::catalog {

/// Names an object of the catalog; 0 names none.
using Oid = std::uint32_t;

/// Names a column of a relation, from 1; 0 means the whole row, a negative one a system column.
using AttributeNumber = std::int16_t;

/// Oids of the built-in types that the other layers treat by name; the same in every PostgreSQL.
inline constexpr Oid kBool = 16, kBytea = 17, kChar = 18, kName = 19, kInt8 = 20, kInt2 = 21,
                     kInt4 = 23, kText = 25, kOid = 26, kJson = 114, kXml = 142, kFloat4 = 700,
                     kFloat8 = 701, kUnknown = 705, kMoney = 790, kBpchar = 1042, kVarchar = 1043,
                     kDate = 1082, kTime = 1083, kTimestamp = 1114, kTimestamptz = 1184,
                     kInterval = 1186, kTimetz = 1266, kNumeric = 1700, kRecord = 2249,
                     kVoid = 2278, kUuid = 2950, kJsonb = 3802, kRecordArray = 2287;

/// Tells whether `type` is json or jsonb.
constexpr bool is_json(Oid type) noexcept { return type == kJson || type == kJsonb; }

}  // namespace fraiseql::catalog
