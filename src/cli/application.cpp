// SPDX-License-Identifier: MIT
#include "fraiseql/application.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "cli/run.hpp"
#include "cli/start.hpp"

namespace fraiseql {

application::application() : definitions_(std::make_shared<detail::definitions>()) {}
application::~application() = default;

detail::definitions& application::addable() {
    if (started_)
        throw std::logic_error(
            "application: it serves already. Add everything before run(), start() and mount(); the "
            "server would not know of it.");
    return *definitions_;
}

application& application::add(detail::field_definition field) {
    addable().fields.push_back(std::move(field));
    return *this;
}

void application::add_hook(std::function<task<void>(context&)> hook) {
    addable().prepare.push_back(std::move(hook));
}

void application::add_authorizer(detail::authorizer_definition authorizer) {
    const std::string& name = authorizer.name;
    if (name.empty() || name.find_first_of(" \t:\"") != std::string::npos)
        throw std::invalid_argument("authorizer '" + name + "': a name is one word without ':'.");
    for (const detail::authorizer_definition& other : addable().authorizers)
        if (other.name == name)
            throw std::invalid_argument("authorizer '" + name + "' is there twice.");
    addable().authorizers.push_back(std::move(authorizer));
}

void application::set_rate_key(
    std::function<task<void>(context&, std::optional<std::string>&)> key) {
    if (addable().rate_key) throw std::invalid_argument("There is one rate_key() only.");
    addable().rate_key = std::move(key);
}

void application::add_before_plan(std::function<task<void>(context&, const operation&)> hook) {
    addable().before_plan.push_back(std::move(hook));
}

void application::add_before_execute(std::function<task<void>(context&, const operation&)> hook) {
    addable().before_execute.push_back(std::move(hook));
}

void application::add_after(
    std::function<task<void>(context&, const operation&, const outcome&)> hook) {
    addable().after.push_back(std::move(hook));
}

void application::add_route(detail::route_definition route) {
    const std::string& path = route.path;
    const std::string subject = "route " + route.method + ' ' + path + ": ";
    if (!path.starts_with('/') || path.find_first_of("?# ") != std::string::npos)
        throw std::invalid_argument(subject + "a path begins with / and has no ?, # or space.");
    if (path.find('*') != std::string::npos && path.find('*') != path.size() - 1)
        throw std::invalid_argument(subject + "* stands at the end only, as in /files/*.");
    if (path.ends_with('*') && !path.ends_with("/*"))
        throw std::invalid_argument(subject + "* stands behind a / only, as in /files/*.");
    const bool capitals =
        !route.method.empty() && std::all_of(route.method.begin(), route.method.end(),
                                             [](char each) { return each >= 'A' && each <= 'Z'; });
    if (!capitals)
        throw std::invalid_argument(subject + "a method is a word in capitals: GET, POST.");
    for (const char* own : {"/graphql", "/health", "/ready", "/metrics", "/auth", "/admin"})
        if (path == own || path.starts_with(std::string(own) + '/'))
            throw std::invalid_argument(subject + "the path is the server's own.");
    for (const detail::route_definition& other : addable().routes)
        if (other.method == route.method && other.path == path)
            throw std::invalid_argument(subject + "it is there twice.");
    addable().routes.push_back(std::move(route));
}

int application::run(int argc, const char* const* argv) {
    started_ = true;
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const bool is_option = arguments.empty() || arguments.front().starts_with('-');
    const bool is_about =
        !arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h" ||
                               arguments.front() == "--version");
    if (is_option && !is_about) arguments.insert(arguments.begin(), "serve");
    return cli::run(arguments, definitions_);
}

service application::start(std::vector<std::string> settings) const {
    service running = cli::start(settings, definitions_, true);
    started_ = true;
    return running;
}

service application::mount(std::vector<std::string> settings) const {
    service running = cli::start(settings, definitions_, false);
    started_ = true;
    return running;
}

}  // namespace fraiseql
