// SPDX-License-Identifier: MIT
#include "check/finding.hpp"

#include <algorithm>

#include "check/rls.hpp"

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
    std::string out;
    {
        json::ObjectWriter object(out);
        object.number("errors", count(Severity::Error));
        object.number("warnings", count(Severity::Warning));
        object.number("notes", count(Severity::Note));
        json::write_objects(object.begin("findings"), findings, write_finding);
    }
    return out + '\n';
}

void write_finding(json::ObjectWriter& object, const Finding& finding) {
    object.text("severity", severity_name(finding.severity));
    object.text("code", finding.code);
    object.text("subject", finding.subject);
    object.text("message", finding.message);
    object.text("hint", finding.hint);
}

}  // namespace fraiseql::check
