// SPDX-License-Identifier: MIT
#include "demo/blog.hpp"

#include <array>

#define EMBEDDED(name)                            \
    extern "C" const char fraiseql_blog_##name[]; \
    extern "C" const char fraiseql_blog_##name##_end[];
EMBEDDED(schema)
EMBEDDED(views)
EMBEDDED(functions)
EMBEDDED(data)
EMBEDDED(demo)
#undef EMBEDDED

namespace fraiseql::demo {

std::span<const SqlFile> blog_files() {
    static const std::array files = {
        SqlFile{"schema.sql", {fraiseql_blog_schema, fraiseql_blog_schema_end}},
        SqlFile{"views.sql", {fraiseql_blog_views, fraiseql_blog_views_end}},
        SqlFile{"functions.sql", {fraiseql_blog_functions, fraiseql_blog_functions_end}},
        SqlFile{"data.sql", {fraiseql_blog_data, fraiseql_blog_data_end}},
        SqlFile{"demo.sql", {fraiseql_blog_demo, fraiseql_blog_demo_end}},
    };
    return files;
}

}  // namespace fraiseql::demo
