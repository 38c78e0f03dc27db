// SPDX-License-Identifier: MIT
// The application of docs/library.md.
#include <fraiseql/fraiseql.hpp>

int add(int left, int right) { return left + right; }

int main(int argc, char** argv) {
    fraiseql::application app;
    app.query("add", add, {.arguments = {"left", "right"}});
    return app.run(argc, argv);
}
