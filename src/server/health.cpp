// SPDX-License-Identifier: MIT
#include "server/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "json/object_writer.hpp"

namespace fraiseql::server {
namespace {

using json::ObjectWriter;

/// A certificate that ends sooner should have been replaced.
constexpr std::chrono::hours kNotice{24 * 14};

struct Component {
    std::string_view name;
    /// An object or a list; empty: there are none.
    std::string numbers = {};
    /// Empty: it is as it should be.
    std::string reason = {};
    /// The server is not ready for that reason.
    bool down = false;
};

void write(ObjectWriter&& out, const Component& component) {
    out.text("state", component.down ? "down" : component.reason.empty() ? "ok" : "degraded");
    if (!component.reason.empty()) out.text("reason", component.reason);
    if (!component.numbers.empty()) out.json("numbers", component.numbers);
}

std::string replica_reason(const replica::Snapshot& snapshot) {
    const auto& all = snapshot.replicas;
    const auto following = std::count_if(all.begin(), all.end(), [](const auto& each) {
        return each.state == replica::State::Following;
    });
    if (static_cast<std::size_t>(following) == all.size()) return {};
    return fmt::format("{} of {} replicas can be read from; the primary answers the rest",
                       following, all.size());
}

std::string numbers_of(const http::TlsContext& context, std::chrono::system_clock::duration left) {
    std::string out;
    {
        ObjectWriter numbers(out);
        numbers.text("subject", context.description());
        numbers.number("secondsLeft", std::chrono::duration<double>(left).count());
    }
    return out;
}

Component certificate_of(const http::CurrentTls& tls) {
    const auto context = tls.get();
    const auto left = context->valid_until() - std::chrono::system_clock::now();
    Component out{.name = "certificate"};
    if (left.count() <= 0)
        out.reason = "the certificate has expired";
    else if (left < kNotice)
        out.reason = fmt::format("the certificate expires in {} hours",
                                 std::chrono::floor<std::chrono::hours>(left).count());
    out.numbers = numbers_of(*context, left);
    return out;
}

/// Finds or adds the component.
Component& component(std::vector<Component>& all, std::string_view name) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Component& each) { return each.name == name; });
    return found != all.end() ? *found : all.emplace_back(Component{.name = name});
}

}  // namespace

std::string health_json(const AdminSources& sources,
                        const std::vector<Readiness::Problem>& problems) {
    std::vector<Component> components;
    for (StatePart& part : state_parts(sources))
        components.push_back({.name = part.name, .numbers = std::move(part.json)});
    if (sources.replicas)
        component(components, "replicas").reason = replica_reason(*sources.replicas->current());
    if (sources.tls) components.push_back(certificate_of(*sources.tls));
    for (const Readiness::Problem& problem : problems) {
        Component& concerned = component(components, problem.component);
        concerned.reason = problem.reason;
        concerned.down = true;
    }
    const auto draining = [](const Readiness::Problem& each) { return each.component == "server"; };
    std::string text;
    {
        ObjectWriter out(text);
        out.text("status", problems.empty() ? "ready" : "unavailable");
        if (!problems.empty()) out.text("reason", problems.front().reason);
        out.boolean("draining", std::any_of(problems.begin(), problems.end(), draining));
        ObjectWriter all(out.begin("components"));
        for (const Component& each : components)
            write(ObjectWriter(all.begin(each.name)), each);
    }
    return text;
}

}  // namespace fraiseql::server
