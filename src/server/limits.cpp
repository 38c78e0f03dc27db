// SPDX-License-Identifier: MIT
#include "server/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/waiter.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::server {

namespace {

using limit::Decision;
using limit::Rule;
using runtime::Task;

/// What one customer of a provider usually has; each of its addresses would be a new client.
constexpr std::uint8_t kIpv6Network = 64;
constexpr std::size_t kLongestKey = 200;

bool concerns(const Rule& rule, const OperationFacts& facts) {
    if (rule.on_queries) return !facts.mutation;
    if (rule.on_mutations) return facts.mutation;
    if (rule.on_fields.empty()) return true;
    return std::any_of(rule.on_fields.begin(), rule.on_fields.end(), [&](const std::string& name) {
        return std::find(facts.fields.begin(), facts.fields.end(), name) != facts.fields.end();
    });
}

std::int64_t seconds_up(std::chrono::microseconds time) {
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

limit::Instant now() {
    return std::chrono::duration_cast<limit::Instant>(
        std::chrono::steady_clock::now().time_since_epoch());
}

Error too_many(const Rule& rule, const Decision& decision) {
    return {
        .code = ErrorCode::RateLimited,
        .message = fmt::format("Too many requests: the limit is \"{}\".", rule.text),
        .hint = fmt::format("Wait {} s, as Retry-After says.", seconds_up(decision.retry_after))};
}

Error store_is_away() {
    return {.code = ErrorCode::ServiceUnavailable,
            .message = "It cannot be told how many requests there have been.",
            .hint = "Try again shortly."};
}

}  // namespace

bool Admission::is_exempt() const {
    return state_ == nullptr || contains(state_->settings.unlimited, request_.client());
}

std::optional<Error> Admission::check_address() const {
    if (state_ == nullptr) return std::nullopt;
    const LimitSettings& settings = state_->settings;
    const bool denied = contains(settings.denied, request_.client());
    const bool allowed = settings.allowed.empty() || contains(settings.allowed, request_.client());
    if (!denied && allowed) return std::nullopt;
    ++state_->counts->refused_by_address;
    return Error{
        .code = ErrorCode::Forbidden,
        .message = fmt::format("Requests from {} are not answered here.", request_.client_name())};
}

Task<std::optional<Error>> Admission::count_address() {
    std::vector<const Rule*> rules;
    if (!is_exempt())
        for (const Rule& rule : state_->settings.rules)
            if (!rule.needs_operation() && !rule.needs_principal()) rules.push_back(&rule);
    if (rules.empty()) co_return std::nullopt;
    const OperationFacts none;
    co_return co_await count(rules, none);
}

Task<std::optional<Error>> Admission::count_principal(const auth::Principal* principal,
                                                      std::string custom_key) {
    principal_ = principal;
    custom_key_ = std::move(custom_key);
    if (is_exempt()) co_return std::nullopt;
    if (state_->settings.most_in_flight > 0) {
        static const Rule kPerUser{.by_user = true};
        const std::string name = client(kPerUser, {});
        auto place = state_->counts->in_flight.enter(name, state_->settings.most_in_flight);
        if (!place) {
            ++state_->counts->refused_in_flight;
            co_return Error{.code = ErrorCode::RateLimited,
                            .message = fmt::format(
                                "{} requests of this client are in progress; that is the limit.",
                                state_->settings.most_in_flight),
                            .hint = "Wait for one of them to end."};
        }
        place_.emplace(std::move(*place));
    }
    std::vector<const Rule*> rules;
    for (const Rule& rule : state_->settings.rules)
        if (!rule.needs_operation() && rule.needs_principal()) rules.push_back(&rule);
    if (rules.empty()) co_return std::nullopt;
    const OperationFacts none;
    co_return co_await count(rules, none);
}

bool Admission::wants_operation() const {
    return !is_exempt() && std::any_of(state_->settings.rules.begin(), state_->settings.rules.end(),
                                       [](const Rule& rule) { return rule.needs_operation(); });
}

Task<std::optional<Error>> Admission::count_operation(OperationFacts facts) {
    std::vector<const Rule*> rules;
    for (const Rule& rule : state_->settings.rules)
        if (rule.needs_operation() && concerns(rule, facts)) rules.push_back(&rule);
    if (rules.empty()) co_return std::nullopt;
    co_return co_await count(rules, facts);
}

std::string Admission::client(const Rule& rule, const OperationFacts& facts) const {
    std::string out = "fraiseql:limit:" + rule.text;
    const auto add_address = [&] {
        const IpAddress& address = request_.client();
        const std::uint8_t bits = address.is_v4() ? 128 : kIpv6Network;
        out += "\nip " + to_string(network_of(address, bits).address);
    };
    const bool has_user = principal_ != nullptr && principal_->authenticated;
    if (rule.by_user && has_user) out += "\nuser " + principal_->subject;
    // The application may know the tenant of those without a token.
    const bool has_tenant = principal_ != nullptr && !principal_->tenant.empty();
    if (rule.by_tenant && has_tenant) out += "\ntenant " + principal_->tenant;
    // Whoever has no name is known by where they are: leaving out the token gains nothing.
    if (rule.by_custom) out += "\ncustom " + custom_key_;
    const bool nameless = (rule.by_user && !has_user) || (rule.by_tenant && !has_tenant) ||
                          (rule.by_custom && custom_key_.empty());
    if (rule.by_address || nameless) add_address();
    if (rule.by_operation) {
        out += facts.mutation ? "\nmutation" : "\nquery";
        for (const std::string_view field : facts.fields)
            out += ' ' + std::string(field);
    }
    if (out.size() <= kLongestKey) return out;
    return "fraiseql:limit:" + turbo::sha256_hex(out);
}

Task<std::optional<Error>> Admission::count(std::vector<const Rule*> rules, OperationFacts facts) {
    std::vector<std::string> keys;
    for (const Rule* rule : rules)
        keys.push_back(client(*rule, facts));
    if (state_->settings.shared != nullptr) {
        SharedTake take;
        for (std::size_t i = 0; i < rules.size(); ++i)
            take.push_back({keys[i], rules[i]});
        // The request may be gone before the answer is there.
        struct Answer {
            runtime::Waiter waiter;
            std::optional<SharedDecisions> decisions;
        };
        const auto answer = std::make_shared<Answer>();
        auto done = [weak = std::weak_ptr(answer)](std::optional<SharedDecisions> decisions) {
            const auto waiting = weak.lock();
            if (waiting == nullptr) return;
            waiting->decisions = std::move(decisions);
            waiting->waiter.wake();
        };
        const bool asked =
            state_->settings.shared->take(std::move(take), mailbox_, std::move(done));
        if (asked) co_await answer->waiter.wait();
        if (answer->decisions) co_return settle(rules, *answer->decisions);
        ++state_->counts->without_store;
        if (state_->settings.refuse_while_away) co_return store_is_away();
    }
    std::vector<limit::Charge> charges;
    for (std::size_t i = 0; i < rules.size(); ++i)
        charges.push_back({rules[i], keys[i]});
    co_return settle(rules, state_->table->take(charges, now()));
}

std::optional<Error> Admission::settle(const std::vector<const Rule*>& rules,
                                       const std::vector<Decision>& decisions) {
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        const Decision& decision = decisions[i];
        const auto share = [](const Rule& rule, const Decision& left) {
            return static_cast<double>(left.remaining) / rule.burst;
        };
        const bool nearer = nearest_ == nullptr || !decision.allowed ||
                            share(*rules[i], decision) < share(*nearest_, decision_);
        if (!nearer) continue;
        nearest_ = rules[i];
        decision_ = decision;
    }
    refused_ = !decisions.empty() && !decisions.back().allowed;
    if (!refused_) return std::nullopt;
    ++state_->counts->refused_by_rate;
    return too_many(*nearest_, decision_);
}

void Admission::describe(http::Response& response) const {
    if (response.status == 429 && !refused_) response.headers.push_back({"Retry-After", "1"});
    if (nearest_ == nullptr) return;
    const Rule& rule = *nearest_;
    std::string policy = fmt::format("{};w={}", rule.count, seconds_up(rule.period));
    if (!rule.sliding) policy += fmt::format(";burst={}", rule.burst);
    response.headers.push_back({"RateLimit-Policy", std::move(policy)});
    response.headers.push_back(
        {"RateLimit-Limit", std::to_string(rule.sliding ? rule.count : rule.burst)});
    response.headers.push_back({"RateLimit-Remaining", std::to_string(decision_.remaining)});
    response.headers.push_back({"RateLimit-Reset", std::to_string(seconds_up(decision_.reset))});
    if (refused_)
        response.headers.push_back({"Retry-After", std::to_string(std::max<std::int64_t>(
                                                       1, seconds_up(decision_.retry_after)))});
}

}  // namespace fraiseql::server
