// SPDX-License-Identifier: MIT
#include "check/canary.hpp"

#include <gtest/gtest.h>

namespace fraiseql::check {
namespace {

std::vector<CanaryTable> tables() {
    return {
        {.name = "public.tb_tenant", .columns = {{.name = "id", .type = "uuid", .required = true}}},
        {.name = "public.tb_kind", .columns = {{.name = "code", .type = "text", .required = true}}},
        {.name = "public.tb_note",
         .columns = {{.name = "id", .type = "int4", .required = true, .filled = true},
                     {.name = "tenant_id",
                      .type = "uuid",
                      .required = true,
                      .target = "public.tb_tenant",
                      .target_column = "id"},
                     {.name = "kind",
                      .type = "text",
                      .required = true,
                      .target = "public.tb_kind",
                      .target_column = "code"},
                     {.name = "ti\"tle", .type = "varchar", .length = 5},
                     {.name = "state", .type = "state", .label = "it's", .required = true}}},
        {.name = "public.tb_other", .columns = {{.name = "id", .type = "int4"}}}};
}

TEST(Canary, TablesOfTenantsAndWhatTheyReferTo) {
    const auto found = canary_tables(tables(), "tenant_id");
    ASSERT_EQ(found.size(), 3);
    EXPECT_EQ(found[0].name, "public.tb_note");
    EXPECT_EQ(found[0].tenant_column, "tenant_id");
    EXPECT_EQ(found[1].name, "public.tb_tenant");
    EXPECT_EQ(found[1].tenant_column, "id");
    EXPECT_EQ(found[2].name, "public.tb_kind");
    EXPECT_EQ(found[2].tenant_column, "");
    EXPECT_TRUE(canary_tables(tables(), "account_id").empty());
}

TEST(Canary, RowsHaveAValueForWhatNobodyElseFills) {
    const auto found = canary_tables(tables(), "tenant_id");
    EXPECT_EQ(insert_canary(found[0], found, "t", 1, true),
              "INSERT INTO public.tb_note (\"tenant_id\", \"kind\", \"state\") VALUES ('t', "
              "coalesce((SELECT \"code\" FROM public.tb_kind ORDER BY ctid LIMIT 1 OFFSET 0), "
              "(SELECT \"code\" FROM public.tb_kind ORDER BY ctid LIMIT 1)), 'it''s')");
    const std::string all = insert_canary(found[0], found, "t", 2, false);
    EXPECT_NE(all.find("\"ti\"\"tle\""), std::string::npos) << all;
    EXPECT_NE(all.find("'e t 2'"), std::string::npos) << all;
    EXPECT_EQ(insert_canary({.name = "x"}, {}, "t", 1, true), "INSERT INTO x DEFAULT VALUES");
}

}  // namespace
}  // namespace fraiseql::check
