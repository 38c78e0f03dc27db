// SPDX-License-Identifier: MIT
#include "pg/connection.hpp"

#include <libpq-fe.h>

#include <array>
#include <boost/asio/post.hpp>

namespace fraiseql::pg {

namespace {

sql::DatabaseError connection_lost() {
    return sql::database_error("08006", "the connection to the database was lost");
}

}  // namespace

Connection::Connection(const Context& context, Owner& owner, Established established)
    : context_(context),
      owner_(&owner),
      transport_(std::in_place, established.connection.release()),
      descriptor_(context.executor, transport_->fd()),
      pipeline_(context.max_prepared, context.named_statements),
      pooled_(established.pooled),
      end_of_life_(context.end_of_life) {}

void Connection::send(std::shared_ptr<Exchange> exchange) {
    if (in_flight().empty()) quiet_since_ = runtime::Clock::now();
    pipeline_.send(std::move(exchange));
    if (flush_posted_) return;
    flush_posted_ = true;
    // One write for all batches that the handlers ready in this turn send.
    boost::asio::post(context_.executor, [self = shared_from_this()] {
        self->flush_posted_ = false;
        self->flush();
    });
}

void Connection::flush() {
    if (!transport_ || waiting_to_write_) return;
    std::string& output = pipeline_.output();
    while (written_ < output.size()) {
        const Transfer put = transport_->write(std::string_view(output).substr(written_));
        // A broken socket shows itself to the reader, with what the server said last.
        if (put.status == Transfer::Status::Closed) return;
        if (put.status == Transfer::Status::WouldBlock) return wait_writable();
        written_ += put.size;
    }
    output.clear();
    written_ = 0;
}

void Connection::wait_writable() {
    waiting_to_write_ = true;
    descriptor_.async_wait(Descriptor::wait_write,
                           [self = shared_from_this()](boost::system::error_code error) {
                               self->waiting_to_write_ = false;
                               if (!error) self->flush();
                           });
}

void Connection::wait_readable() {
    descriptor_.async_wait(Descriptor::wait_read,
                           [self = shared_from_this()](boost::system::error_code error) {
                               if (!error) self->read();
                           });
}

void Connection::read() {
    if (!transport_) return;
    std::vector<std::shared_ptr<Exchange>> finished;
    bool usable = true;
    bool closed = false;
    while (usable) {
        const std::span<char> room = pipeline_.room();
        const Transfer got = transport_->read(room);
        closed = got.status == Transfer::Status::Closed;
        if (got.status != Transfer::Status::Done) break;
        pipeline_.filled(got.size);
        quiet_since_ = runtime::Clock::now();
        usable = pipeline_.read(finished);
        if (got.size < room.size() && !transport_->encrypted()) break;
    }
    const auto keep = shared_from_this();
    if (!finished.empty() && owner_ != nullptr) owner_->finished(*this, finished);
    if (!transport_) return;
    if (!usable || closed) {
        sql::DatabaseError error = pipeline_.last_error();
        return lose(error.sqlstate.empty() ? connection_lost() : std::move(error));
    }
    // TLS may want to write again once it has read.
    if (transport_->encrypted()) flush();
    wait_readable();
}

bool Connection::cancel() {
    if (cancelling_ || !transport_) return false;
    auto done = [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self == nullptr) return;
        self->cancelling_ = false;
        if (self->owner_ != nullptr) self->owner_->cancelled(*self);
    };
    auto job = [key = transport_->cancel_key(), mailbox = context_.mailbox, done] {
        std::array<char, 256> problem{};
        if (key != nullptr) PQcancel(key.get(), problem.data(), static_cast<int>(problem.size()));
        mailbox->deliver(done);
    };
    cancelling_ = context_.outbound.post(std::move(job));
    return cancelling_;
}

void Connection::lose(sql::DatabaseError error) {
    Owner* owner = owner_;
    auto unanswered = close();
    if (owner != nullptr) owner->lost(*this, error, std::move(unanswered));
}

std::deque<std::shared_ptr<Exchange>> Connection::close() {
    owner_ = nullptr;
    if (transport_) {
        boost::system::error_code ignored;
        descriptor_.cancel(ignored);
        // libpq owns the socket and closes it.
        descriptor_.release();
        transport_.reset();
    }
    return pipeline_.take_unanswered();
}

}  // namespace fraiseql::pg
