// SPDX-License-Identifier: MIT
#include "check/finding.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/rls.hpp"
#include "json/writer.hpp"

namespace fraiseql::check {

std::string_view severity_name(Severity severity) noexcept {
    switch (severity) {
        case Severity::Error:
            return "error";
        case Severity::Warning:
            return "warning";
        case Severity::Note:
            break;
    }
    return "note";
}

std::vector<Finding> model_findings(const schema::Model& model) {
    std::vector<Finding> out;
    for (RlsFinding& each : check_rls(model))
        out.push_back({each.leaks ? Severity::Error : Severity::Warning, std::move(each.code),
                       std::move(each.subject), std::move(each.message), std::move(each.hint)});
    for (const schema::Finding& each : model.findings)
        out.push_back({Severity::Note, "schema", each.subject, each.message, each.hint});
    return out;
}

void sort_by_severity(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
}

std::string to_json(const std::vector<Finding>& findings) {
    const auto count = [&](Severity severity) {
        return std::count_if(findings.begin(), findings.end(),
                             [&](const Finding& each) { return each.severity == severity; });
    };
    std::string out =
        fmt::format(R"({{"errors":{},"warnings":{},"notes":{},"findings":[)",
                    count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    for (const Finding& each : findings) {
        out += &each == findings.data() ? "{" : ",{";
        const auto member = [&](std::string_view name, std::string_view text) {
            if (!out.ends_with('{')) out += ',';
            json::write_string(out, name);
            out += ':';
            json::write_string(out, text);
        };
        member("severity", severity_name(each.severity));
        member("code", each.code);
        member("subject", each.subject);
        member("message", each.message);
        member("hint", each.hint);
        out += '}';
    }
    return out + "]}\n";
}

}  // namespace fraiseql::check
