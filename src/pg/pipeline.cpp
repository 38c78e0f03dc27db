// SPDX-License-Identifier: MIT
#include "pg/pipeline.hpp"

#include <algorithm>
#include <cstring>

namespace fraiseql::pg {

namespace {

constexpr std::size_t kReadSize = 32 * 1024;

/// Whether the call that is being answered is a COPY that has been sent its data.
bool expects_copy(const Exchange& exchange) {
    if (exchange.calls_ended || (exchange.before && !exchange.before_done)) return false;
    const std::vector<Call>& calls = exchange.batch.calls;
    return exchange.rows.size() < calls.size() && calls[exchange.rows.size()].copied.has_value();
}

}  // namespace

void Exchange::reset() {
    rows.clear();
    error.reset();
    parses.clear();
    parsed = 0;
    current = {};
    calls_ended = false;
    before.reset();
    before_done = false;
}

void Pipeline::send(std::shared_ptr<Exchange> exchange) {
    exchange->rows.reserve(exchange->batch.calls.size() + 1);
    if (exchange->before) write_call(exchange->parses, *exchange->before);
    for (const Call& call : exchange->batch.calls)
        write_call(exchange->parses, call);
    write_sync(output_);
    if (exchange->batch.afterwards) {
        // Where it fails, all of it is forgotten: nobody needs to know how far it came.
        std::vector<std::string> parses;
        write_call(parses, *exchange->batch.afterwards);
        write_sync(output_);
    }
    in_flight_.push_back(std::move(exchange));
}

void Pipeline::write_call(std::vector<std::string>& parses, const Call& call) {
    if (!named_ || call.statement->name.empty()) {
        const Call unnamed{.statement = std::make_shared<const Statement>(
                               Statement{.name = "", .sql = call.statement->sql}),
                           .params = call.params};
        write_parse(output_, *unnamed.statement);
        parses.emplace_back();
        write_bind_execute(output_, unnamed);
        if (call.copied) write_copy(output_, *call.copied);
        return;
    }
    const PreparedStatements::Use use = prepared_.use(call.statement);
    for (const std::string& name : use.evicted)
        write_close_statement(output_, name);
    if (use.parse) {
        // The server may still have the name from an attempt that we gave up.
        write_close_statement(output_, call.statement->name);
        write_parse(output_, *call.statement);
        parses.push_back(call.statement->name);
    }
    write_bind_execute(output_, call);
    // Without waiting for the server to ask for it: where the COPY fails, it is skipped.
    if (call.copied) write_copy(output_, *call.copied);
}

std::span<char> Pipeline::room() {
    if (begin_ > 0) {
        std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const std::size_t needed = std::max(wanted_, end_ + kReadSize / 2);
    if (input_.size() < needed) input_.resize(std::max(needed, kReadSize));
    return std::span(input_).subspan(end_);
}

bool Pipeline::read(std::vector<std::shared_ptr<Exchange>>& finished) {
    while (begin_ < end_) {
        ServerMessage message;
        const std::string_view bytes(input_.data() + begin_, end_ - begin_);
        const Framing framing = read_message(bytes, message);
        if (framing == Framing::Malformed) return break_off("the server sent a broken message");
        wanted_ = message.size;
        if (framing == Framing::Incomplete) break;
        begin_ += message.size;
        wanted_ = 0;
        if (!receive(message, finished)) return false;
    }
    if (begin_ == end_) {
        begin_ = end_ = 0;
        // One large result must not cost its memory for the life of the connection.
        if (input_.size() > 64 * kReadSize) input_ = std::vector<char>(kReadSize);
    }
    return true;
}

bool Pipeline::receive(const ServerMessage& message,
                       std::vector<std::shared_ptr<Exchange>>& finished) {
    switch (message.type) {
        case 'S':  // ParameterStatus
        case 'A':  // NotificationResponse
            return true;
        case 'N':
            if (on_notice) on_notice(read_error(message.body));
            return true;
        default:
            break;
    }
    if (in_flight_.empty()) {
        if (message.type != 'E') return break_off("the server answered what was not asked");
        last_error_ = read_error(message.body);
        return true;
    }
    if (message.type == 'Z') return finish_front(message.body, finished);
    return receive_answer(message, *in_flight_.front());
}

bool Pipeline::receive_answer(const ServerMessage& message, Exchange& exchange) {
    switch (message.type) {
        case '1':  // ParseComplete
            if (!exchange.calls_ended) ++exchange.parsed;
            return true;
        case '2':  // BindComplete
        case '3':  // CloseComplete
            return true;
        case 'D':
            if (exchange.current.append(message.body)) return true;
            return break_off("the server sent a broken row");
        case 'C':
            exchange.current.set_command_tag(message.body.substr(0, message.body.find('\0')));
            [[fallthrough]];
        case 'I':  // EmptyQueryResponse
            if (exchange.before && !std::exchange(exchange.before_done, true)) {
                exchange.current = {};
                return true;
            }
            exchange.rows.push_back(std::exchange(exchange.current, {}));
            return true;
        case 'E':
            if (exchange.calls_ended) {
                prepared_.forget(exchange.batch.afterwards->statement->name);
                return true;
            }
            exchange.error = read_error(message.body);
            exchange.error->statement = exchange.rows.size();
            return true;
        case 'G':  // CopyInResponse
            if (expects_copy(exchange)) return true;
            [[fallthrough]];
        case 'H':
        case 'W':
            return break_off(kNoCopy);
        default:
            return break_off("the server sent a message of an unknown type");
    }
}

bool Pipeline::finish_front(std::string_view status,
                            std::vector<std::shared_ptr<Exchange>>& finished) {
    const std::shared_ptr<Exchange> exchange = in_flight_.front();
    const std::size_t calls = exchange->batch.calls.size();
    if (!exchange->error && !exchange->calls_ended && exchange->rows.size() != calls)
        return break_off("the server left a statement unanswered");
    if (!exchange->calls_ended) forget_failed(*exchange);
    const bool more = exchange->batch.afterwards && !exchange->calls_ended;
    exchange->calls_ended = true;
    if (more && status == "I") return true;
    in_flight_.pop_front();
    finished.push_back(exchange);
    transaction_status_ = status.empty() ? 'E' : status.front();
    if (keep_transactions || status == "I") return true;
    return break_off("a statement left a transaction open");
}

void Pipeline::forget_failed(const Exchange& exchange) {
    if (!exchange.error) return;
    const std::string& sqlstate = exchange.error->sqlstate;
    const bool stale = sqlstate == "26000" || sqlstate == "0A000";
    for (std::size_t i = exchange.parsed; i < exchange.parses.size(); ++i)
        prepared_.forget(exchange.parses[i]);
    if (stale && exchange.before) prepared_.forget(exchange.before->statement->name);
    if (stale)
        for (const Call& call : exchange.batch.calls)
            prepared_.forget(call.statement->name);
}

bool Pipeline::break_off(std::string_view message) {
    last_error_ = {};
    last_error_.sqlstate = "08P01";
    last_error_.message = message;
    return false;
}

std::deque<std::shared_ptr<Exchange>> Pipeline::take_unanswered() {
    return std::exchange(in_flight_, {});
}

}  // namespace fraiseql::pg
