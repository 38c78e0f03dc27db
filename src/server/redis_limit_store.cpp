// SPDX-License-Identifier: MIT
#include <hiredis/hiredis.h>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "server/limit_store.hpp"
#include "server/url_encoding.hpp"

namespace fraiseql::server {

namespace {

// What limit::Cell does, on Redis' own clock. Refused takes write nothing.
constexpr const char* kScript = R"lua(
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local out, writes = {}, {}
local function room(count, period, previous, current)
  if previous == 0 then return 0 end
  local share = math.min(1, math.max(0, 1 - (count - 1 - current) / previous))
  return math.floor(share * period + 0.5) + 1
end
local function whole(number) return string.format('%.0f', number) end
for i, key in ipairs(KEYS) do
  local sliding, count = ARGV[4 * i - 3] == '1', tonumber(ARGV[4 * i - 2])
  local period, burst = tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  local cell = redis.call('HMGET', key, 't', 'c', 'p')
  local time, current = tonumber(cell[1]) or 0, tonumber(cell[2]) or 0
  local previous = tonumber(cell[3]) or 0
  local allowed, remaining, retry, forgettable = false, 0, 0, 0
  if sliding then
    if now - time >= 2 * period then
      time, current, previous = now, 0, 0
    elseif now - time >= period then
      time, current, previous = time + period, 0, current
    end
    local used = previous * math.max(0, 1 - (now - time) / period) + current
    allowed = used + 1 <= count
    if allowed then
      current = current + 1
    elseif current + 1 <= count then
      retry = math.max(1, time + room(count, period, previous, current) - now)
    else
      retry = math.max(1, time + period + room(count, period, current, 0) - now)
    end
    remaining = math.max(0, math.floor(count - used - (allowed and 1 or 0)))
    forgettable = time + period * (current > 0 and 2 or 1)
  else
    local interval = math.floor(period / count)
    local capacity = interval * burst
    time = math.max(time, now)
    allowed = time + interval - now <= capacity
    if allowed then time = time + interval else retry = time + interval - capacity - now end
    remaining = math.floor((capacity - (time - now)) / interval)
    forgettable = time
  end
  out[#out + 1] = (allowed and '1' or '0') .. ' ' .. whole(remaining) .. ' ' ..
                  whole(forgettable - now) .. ' ' .. whole(retry)
  if not allowed then return out end
  writes[i] = {whole(time), whole(current), whole(previous),
               whole(math.max(1, math.ceil((forgettable - now) / 1000)))}
end
for i, key in ipairs(KEYS) do
  redis.call('HMSET', key, 't', writes[i][1], 'c', writes[i][2], 'p', writes[i][3])
  redis.call('PEXPIRE', key, writes[i][4])
end
return out
)lua";

constexpr timeval kConnectTime{.tv_sec = 0, .tv_usec = 500'000};
constexpr timeval kAnswerTime{.tv_sec = 0, .tv_usec = 250'000};

struct RedisUrl {
    std::string host;
    int port = 6379;
    std::string user = {};
    std::string password = {};
    int database = 0;
};

struct FreeContext {
    void operator()(redisContext* context) const noexcept { redisFree(context); }
};
struct FreeReply {
    void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

bool read_number(std::string_view text, int most, int* out) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), *out);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() && *out >= 0 &&
           *out <= most;
}

/// Undoes percent-encoding; here, unlike in a form, + is a plus.
std::optional<std::string> decoded(std::string_view text) {
    std::string form = "x=";
    for (const char c : text)
        form += c == '+' ? "%2B" : c == '&' ? "%26" : std::string(1, c);
    auto read = read_form(form);
    if (!read || read->size() != 1) return std::nullopt;
    return std::move(read->front().second);
}

/// Reads the part before "@".
bool read_user(std::string_view text, RedisUrl* out) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto user = decoded(text.substr(0, colon));
    const auto password = decoded(text.substr(std::min(colon + 1, text.size())));
    if (!user || !password) return false;
    out->user = *user;
    out->password = *password;
    return true;
}

std::optional<RedisUrl> read_url(std::string_view text) {
    constexpr std::string_view kScheme = "redis://";
    if (!text.starts_with(kScheme)) return std::nullopt;
    text.remove_prefix(kScheme.size());
    RedisUrl out;
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view database = text.substr(slash + 1);
        if (!database.empty() && !read_number(database, 65535, &out.database)) return std::nullopt;
        text = text.substr(0, slash);
    }
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        if (!read_user(text.substr(0, at), &out)) return std::nullopt;
        text.remove_prefix(at + 1);
    }
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == std::string_view::npos) return std::nullopt;
    if (const std::size_t colon = text.find(':', bracket); colon != std::string_view::npos) {
        if (!read_number(text.substr(colon + 1), 65535, &out.port)) return std::nullopt;
        text = text.substr(0, colon);
    }
    out.host = bracket > 0 ? text.substr(1, bracket - 1) : text;
    if (out.host.empty()) return std::nullopt;
    return out;
}

std::optional<limit::Decision> read_decision(const redisReply* reply) {
    if (reply->type != REDIS_REPLY_STRING) return std::nullopt;
    std::array<std::int64_t, 4> numbers{};
    const char* at = reply->str;
    const char* const end = reply->str + reply->len;
    for (std::int64_t& number : numbers) {
        if (at != end && *at == ' ') ++at;
        const auto read = std::from_chars(at, end, number);
        if (read.ec != std::errc()) return std::nullopt;
        at = read.ptr;
    }
    return limit::Decision{.allowed = numbers[0] == 1,
                           .remaining = static_cast<std::uint32_t>(numbers[1]),
                           .reset = std::chrono::microseconds(numbers[2]),
                           .retry_after = std::chrono::microseconds(numbers[3])};
}

class RedisLimitStore final : public LimitStore {
  public:
    explicit RedisLimitStore(RedisUrl url) : url_(std::move(url)) {}

    std::optional<std::vector<SharedDecisions>> take(
        const std::vector<SharedTake>& takes) override {
        if (!context_ && !connect()) return std::nullopt;
        for (const SharedTake& each : takes)
            append(each);
        std::vector<SharedDecisions> out;
        for (const SharedTake& each : takes) {
            auto decisions = read_answer(each.size());
            if (!decisions) {
                context_.reset();
                return std::nullopt;
            }
            out.push_back(std::move(*decisions));
        }
        return out;
    }

  private:
    bool connect() {
        context_.reset(redisConnectWithTimeout(url_.host.c_str(), url_.port, kConnectTime));
        const bool ready = context_ && context_->err == 0 &&
                           redisSetTimeout(context_.get(), kAnswerTime) == REDIS_OK && sign_in() &&
                           (url_.database == 0 || run({"SELECT", std::to_string(url_.database)})) &&
                           load_script();
        if (!ready) context_.reset();
        return ready;
    }

    bool sign_in() {
        if (url_.password.empty()) return true;
        if (url_.user.empty()) return run({"AUTH", url_.password}).has_value();
        return run({"AUTH", url_.user, url_.password}).has_value();
    }

    bool load_script() {
        auto digest = run({"SCRIPT", "LOAD", kScript});
        if (digest) digest_ = std::move(*digest);
        return digest.has_value();
    }

    /// Runs one command and returns its text, or nothing where it fails.
    std::optional<std::string> run(const std::vector<std::string>& words) {
        send(words);
        const Reply reply = receive();
        if (!reply || reply->type == REDIS_REPLY_ERROR || reply->str == nullptr)
            return std::nullopt;
        return std::string(reply->str, reply->len);
    }

    void send(const std::vector<std::string>& words) {
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const std::string& word : words) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
        redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(),
                               sizes.data());
    }

    void append(const SharedTake& take) {
        std::vector<std::string> words = {"EVALSHA", digest_, std::to_string(take.size())};
        for (const SharedCharge& charge : take)
            words.push_back(charge.key);
        for (const SharedCharge& charge : take) {
            words.emplace_back(charge.rule->sliding ? "1" : "0");
            words.push_back(std::to_string(charge.rule->count));
            words.push_back(std::to_string(charge.rule->period.count()));
            words.push_back(std::to_string(charge.rule->burst));
        }
        send(words);
    }

    Reply receive() {
        void* reply = nullptr;
        if (redisGetReply(context_.get(), &reply) != REDIS_OK) return nullptr;
        return Reply(static_cast<redisReply*>(reply));
    }

    std::optional<SharedDecisions> read_answer(std::size_t charges) {
        const Reply reply = receive();
        if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
            reply->elements > charges)
            return std::nullopt;
        SharedDecisions out;
        for (std::size_t i = 0; i < reply->elements; ++i) {
            const auto decision = read_decision(reply->element[i]);
            if (!decision) return std::nullopt;
            out.push_back(*decision);
        }
        return out;
    }

    RedisUrl url_;
    std::unique_ptr<redisContext, FreeContext> context_;
    /// What Redis calls the script.
    std::string digest_;
};

}  // namespace

Result<std::unique_ptr<LimitStore>> make_redis_limit_store(const std::string& url) {
    if (url.starts_with("rediss://"))
        return fail(
            ErrorCode::Configuration, "Redis is spoken to in the clear only: not rediss://.",
            "Give redis:// with the address of a tunnel that ends on this machine (stunnel), "
            "or \"database\".");
    auto read = read_url(url);
    if (!read)
        return fail(ErrorCode::Configuration, "The URL of the store of rate limits cannot be read.",
                    "Write it like redis://:password@host:6379/0, or \"database\".");
    return std::unique_ptr<LimitStore>(std::make_unique<RedisLimitStore>(std::move(*read)));
}

}  // namespace fraiseql::server
