// SPDX-License-Identifier: MIT
#include "cli/settings_reload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/layered_arguments.hpp"
#include "cli/reloadable.hpp"
#include "cli/server_settings.hpp"
#include "cli/surroundings.hpp"

namespace fraiseql::cli {
namespace {

const std::string& shown(const SettingValue& value) {
    static const std::string kNothing = "nothing";
    return value.shown.empty() ? kNothing : value.shown;
}

class Reader {
  public:
    Reader(const Options& options, bool listens, std::string token,
           std::shared_ptr<server::LogWriter> log)
        : running_(options), listens_(listens), token_(std::move(token)), log_(std::move(log)) {
        // The file of the start, also where it was found in the working directory: that it is gone
        // says nothing.
        if (!options.settings_file.empty() && value_given(options.arguments, "--config").empty())
            running_.arguments.push_back("--config=" + options.settings_file);
    }

    Result<server::SettingsRead> read(const schema::Model& model) {
        FRAISEQL_TRY(const Options said, read_serve_options(running_.arguments, listens_));
        if (auto checked = settings_of(said, model); !checked) return fail(checked.error());
        Options next = running_;
        std::vector<std::string> lines;
        for (SettingValue& value : next.values)
            for (const SettingValue& other : said.values)
                if (other.name == value.name && other.raw != value.raw)
                    lines.push_back(take(value, other, next, said));
        FRAISEQL_TRY(server::Settings settings, settings_of(next, model));
        const std::string& token = settings.router.admin.token_digest;
        if (!token_.empty() && token != token_ &&
            next.admin_token_file == running_.admin_token_file)
            lines.push_back("admin-token-file has another token in it");
        token_ = token;
        running_ = std::move(next);
        auto done = [log = log_, observe = running_.observe] {
            log->use(observe.log_format, observe.log_level);
        };
        return server::SettingsRead{std::move(settings), {std::move(lines), std::move(done)}};
    }

  private:
    Result<server::Settings> settings_of(const Options& options, const schema::Model& model) {
        FRAISEQL_TRY(Access access, read_access(options));
        server::Settings settings = plain_settings(options, log_);
        if (auto completed = complete_settings(options, std::move(access), model, true, settings);
            !completed)
            return fail(completed.error());
        return settings;
    }

    /// Takes the setting over where it can be. Returns what is to be said of it.
    static std::string take(SettingValue& running, const SettingValue& said, Options& next,
                            const Options& options) {
        const Reloadable* reloadable = find_reloadable(said.name);
        if (reloadable == nullptr)
            return fmt::format("{} needs a restart to become {} ({}); it stays {}", said.name,
                               shown(said), said.origin, shown(running));
        reloadable->take(next, options);
        std::string out = fmt::format("{} is {} now ({}); it was {}", said.name, shown(said),
                                      said.origin, shown(running));
        running = said;
        return out;
    }

    /// What is in effect.
    Options running_;
    bool listens_;
    /// A digest of the admin token.
    std::string token_;
    std::shared_ptr<server::LogWriter> log_;
};

}  // namespace

std::function<Result<server::SettingsRead>(const schema::Model&)> read_again(
    const Options& options, bool listens, const server::Settings& settings,
    std::shared_ptr<server::LogWriter> log) {
    auto reader = std::make_shared<Reader>(options, listens, settings.router.admin.token_digest,
                                           std::move(log));
    return [reader](const schema::Model& model) { return reader->read(model); };
}

}  // namespace fraiseql::cli
