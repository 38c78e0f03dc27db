// SPDX-License-Identifier: MIT
#include "check/isolation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "json/writer.hpp"

namespace fraiseql::check {
namespace {

using Verdict = IsolationFinding::Verdict;

std::size_t count(const std::vector<IsolationFinding>& findings, Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(),
                      [&](const auto& each) { return each.verdict == verdict; }));
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::Isolated:
            return "isolated";
        case Verdict::Shared:
            return "shared";
        case Verdict::Leak:
            return "leak";
        case Verdict::Unproven:
            return "unproven";
        case Verdict::Untried:
            return "untried";
    }
    return "";
}

IsolationFinding judge(std::string operation, const Answers& answers, bool reads_planted,
                       bool informed, bool must_run) {
    IsolationFinding out{.operation = std::move(operation)};
    const auto as = [&](Verdict verdict, std::string message) {
        out.verdict = verdict;
        out.message = std::move(message);
        return out;
    };
    const Verdict unknown = must_run ? Verdict::Unproven : Verdict::Untried;
    if (answers.changed) return as(Verdict::Leak, "It changes rows of another tenant.");
    if (!answers.kept.empty()) return as(Verdict::Leak, answers.kept);
    // What is random may differ between any two; rows of another make it longer all the same.
    if (answers.with != answers.again)
        return as(unknown,
                  "Its answer changes by itself: order it, and leave out what "
                  "is random.");
    if (answers.with != answers.without)
        return as(Verdict::Leak, answers.with.find("error: ") == std::string::npos
                                     ? "Rows of another tenant change what it shows."
                                     : "Rows of another tenant show in its errors: " +
                                           answers.with.substr(answers.with.find("error: "), 200));
    const bool refused = answers.own_with.starts_with("error: ");
    if (informed && refused)
        return as(unknown, "It did not run, for the tenant itself neither: " +
                               answers.own_with.substr(7, 200));
    if (informed && !answers.own_with.empty() && answers.own_with == answers.own_without)
        return as(Verdict::Shared, "");
    if (informed || answers.own_with != answers.own_without) return out;
    if (reads_planted)
        return as(Verdict::Unproven,
                  refused ? "It was refused: " + answers.own_with.substr(7, 200)
                          : "It does not show the rows that were planted, so it cannot be seen "
                            "whose rows it shows.");
    return as(Verdict::Shared, "");
}

std::string to_json(const std::vector<IsolationFinding>& findings) {
    std::string out = fmt::format(
        "{{\"isolated\":{},\"shared\":{},\"leaks\":{},\"unproven\":{},\"untried\":{},"
        "\"operations\":[",
        count(findings, Verdict::Isolated), count(findings, Verdict::Shared),
        count(findings, Verdict::Leak), count(findings, Verdict::Unproven),
        count(findings, Verdict::Untried));
    for (const IsolationFinding& finding : findings) {
        out += &finding == findings.data() ? "\n" : ",\n";
        out += R"({"operation":)";
        json::write_string(out, finding.operation);
        out += fmt::format(R"(,"verdict":"{}")", to_string(finding.verdict));
        if (!finding.message.empty()) {
            out += R"(,"message":)";
            json::write_string(out, finding.message);
        }
        out += '}';
    }
    return out + "]}\n";
}

}  // namespace fraiseql::check
