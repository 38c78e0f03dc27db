// SPDX-License-Identifier: MIT
#include "fraiseql/application.hpp"

#include <vector>

#include "cli/run.hpp"
#include "cli/start.hpp"

namespace fraiseql {

application::application() : definitions_(std::make_shared<detail::definitions>()) {}
application::~application() = default;

application& application::add(detail::field_definition field) {
    definitions_->fields.push_back(std::move(field));
    return *this;
}

int application::run(int argc, const char* const* argv) {
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const bool is_option = arguments.empty() || arguments.front().starts_with('-');
    const bool is_about =
        !arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h" ||
                               arguments.front() == "--version");
    if (is_option && !is_about) arguments.insert(arguments.begin(), "serve");
    return cli::run(arguments, definitions_);
}

service application::start(std::vector<std::string> settings) const {
    return cli::start(settings, definitions_, true);
}

service application::mount(std::vector<std::string> settings) const {
    return cli::start(settings, definitions_, false);
}

}  // namespace fraiseql
