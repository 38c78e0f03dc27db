// SPDX-License-Identifier: MIT
// `fraiseql check rls`: what clients can read past row-level security.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "check/rls.hpp"
#include "cli/commands.hpp"

namespace fraiseql::cli {

int check_rls(const Options& options, bool json) {
    auto model = load_model(options);
    if (!model) return complain(model.error());
    const std::vector<check::RlsFinding> findings = check::check_rls(**model);
    if (json) {
        fmt::print("{}", check::to_json(findings));
    } else {
        for (const check::RlsFinding& finding : findings)
            fmt::print("{}  {} [{}]\n      {}\n      {}\n", finding.leaks ? "leak" : "note",
                       finding.subject, finding.code, finding.message, finding.hint);
        if (findings.empty())
            fmt::print("Nothing that is exposed reads past row-level security.\n");
    }
    const bool leaks = std::any_of(findings.begin(), findings.end(),
                                   [](const auto& finding) { return finding.leaks; });
    return leaks ? 1 : 0;
}

Result<void> refuse_leaks(const schema::Model& model, const std::vector<std::string>& intended) {
    std::string message;
    for (const check::RlsFinding& finding : check::check_rls(model)) {
        const std::string_view name =
            std::string_view(finding.subject).substr(finding.subject.find('.') + 1);
        const bool listed = std::any_of(intended.begin(), intended.end(), [&](const auto& each) {
            return each == finding.subject || each == name;
        });
        if (finding.leaks && !listed)
            message +=
                fmt::format("\n  {}: {}\n    {}", finding.subject, finding.message, finding.hint);
    }
    if (message.empty()) return {};
    return fail(ErrorCode::Configuration,
                "Rows would escape row-level security, so the server does not start:" + message,
                "Where that is intended, list it: --allow-rls-bypass v_name");
}

}  // namespace fraiseql::cli
