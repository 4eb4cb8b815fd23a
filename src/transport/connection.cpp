#include "transport/connection.h"

#include "transport/connection_core.h"
#include "transport/quic_connection.h"

namespace lanspread::transport {

Connection::Connection(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Connection::~Connection() { close("not needed any more"); }

const PeerId& Connection::peer() const { return core_->peer; }
const Address& Connection::remote() const { return core_->remote; }
bool Connection::is_outgoing() const { return core_->is_outgoing; }
bool Connection::is_open() const { return core_->at_owner.is_open; }
const std::string& Connection::close_reason() const { return core_->at_owner.close_reason; }

ConnectionStats Connection::stats() const
{
    const auto& stats = core_->stats;
    return {std::chrono::microseconds(stats.round_trip_ns.load() / 1000), stats.mtu.load(),
            stats.key_updates.load(), stats.bytes_sent.load(), stats.bytes_received.load()};
}

Task<Result<Stream>> Connection::open_stream(TimePoint deadline)
{
    const auto core = core_;
    if (!core->at_owner.is_open) {
        co_return fail(ErrorCode::unavailable, core->at_owner.close_reason);
    }
    auto opened = OneShot<Result<std::shared_ptr<Stream>>>::make(core->owner);
    post_to(core->loop, [weak = core->connection, opened] {
        if (const auto connection = weak.lock()) {
            connection->open_stream(opened);
        } else {
            opened->set(fail(ErrorCode::unavailable, "the connection is closed"));
        }
    });
    auto stream = co_await opened->get_until(deadline);
    if (!stream) {
        co_return fail(ErrorCode::timed_out, "the peer allows no more requests");
    }
    if (!*stream) {
        co_return fail(stream->error());
    }
    co_return std::move(***stream);
}

Task<std::optional<Stream>> Connection::accept_stream()
{
    const auto core = core_;
    const auto stream = co_await core->at_owner.incoming.pop();
    if (!stream) {
        co_return std::nullopt;
    }
    co_return std::move(**stream);
}

Task<void> Connection::closed()
{
    const auto core = core_;
    while (core->at_owner.is_open) {
        co_await core->at_owner.closed.wait();
    }
}

void Connection::close(std::string reason)
{
    auto& side = core_->at_owner;
    if (!std::exchange(side.is_open, false)) {
        return;
    }
    side.close_reason = reason;
    side.incoming.close();
    side.closed.notify_all();
    post_to(core_->loop, [weak = core_->connection, reason = std::move(reason)] {
        if (const auto connection = weak.lock()) {
            connection->close({ErrorCode::unavailable, reason});
        }
    });
}

}  // namespace lanspread::transport
