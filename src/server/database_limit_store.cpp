// SPDX-License-Identifier: MIT
#include <charconv>
#include <utility>

#include "json/writer.hpp"
#include "pg/session.hpp"
#include "server/limit_store.hpp"

namespace fraiseql::server {

namespace {

constexpr int kConnectSeconds = 2;

std::string to_json(const std::vector<SharedTake>& takes) {
    std::string out = "[";
    for (const SharedTake& take : takes) {
        out += out.size() > 1 ? ",[" : "[";
        for (std::size_t i = 0; i < take.size(); ++i) {
            const limit::Rule& rule = *take[i].rule;
            out += i == 0 ? R"({"key":)" : R"(,{"key":)";
            json::write_string(out, take[i].key);
            out += R"(,"sliding":)" + std::string(rule.sliding ? "true" : "false");
            out += R"(,"count":)" + std::to_string(rule.count);
            out += R"(,"period":)" + std::to_string(rule.period.count());
            out += R"(,"burst":)" + std::to_string(rule.burst) + '}';
        }
        out += ']';
    }
    return out + ']';
}

std::int64_t number(std::string_view text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

class DatabaseLimitStore final : public LimitStore {
  public:
    explicit DatabaseLimitStore(std::string conninfo) : conninfo_(std::move(conninfo)) {}

    std::optional<std::vector<SharedDecisions>> take(
        const std::vector<SharedTake>& takes) override {
        if (!session_ && !connect()) return std::nullopt;
        const auto rows = session_->query(
            "SELECT take, allowed, remaining, reset, retry_after FROM limits.take($1)",
            {to_json(takes)});
        if (!rows) {
            session_.reset();
            return std::nullopt;
        }
        std::vector<SharedDecisions> out(takes.size());
        for (std::uint32_t row = 0; row < rows->row_count(); ++row) {
            const auto take = static_cast<std::size_t>(number(rows->get(row, 0)));
            if (take >= out.size()) return std::nullopt;
            out[take].push_back(
                {.allowed = rows->get(row, 1) == "t",
                 .remaining = static_cast<std::uint32_t>(number(rows->get(row, 2))),
                 .reset = std::chrono::microseconds(number(rows->get(row, 3))),
                 .retry_after = std::chrono::microseconds(number(rows->get(row, 4)))});
        }
        return out;
    }

  private:
    bool connect() {
        auto opened = pg::Session::open(conninfo_, kConnectSeconds);
        if (!opened) return false;
        session_.emplace(std::move(*opened));
        // A table that somebody else has locked must not hold up the requests.
        const bool bounded = session_->run_script("SET statement_timeout = '500ms'").has_value();
        if (!bounded) session_.reset();
        return bounded;
    }

    std::string conninfo_;
    std::optional<pg::Session> session_;
};

}  // namespace

std::unique_ptr<LimitStore> make_database_limit_store(std::string conninfo) {
    return std::make_unique<DatabaseLimitStore>(std::move(conninfo));
}

}  // namespace fraiseql::server
