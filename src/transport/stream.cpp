#include "transport/stream.h"

#include "transport/quic_connection.h"
#include "transport/stream_core.h"

namespace lanspread::transport {

namespace {

/// What may wait to be sent before a writer has to wait.
constexpr std::size_t max_queued = 64 * 1024;

template <class Action>
void on_network(const std::shared_ptr<Stream::Core>& core, Action action)
{
    post_to(core->loop, [core, action = std::move(action)]() mutable {
        if (const auto connection = core->connection.lock()) {
            action(*connection, *core);
        } else {
            core->fail_all({ErrorCode::unavailable, "the connection is closed"});
        }
    });
}

/// A peer that lets a deadline pass gets no more of this stream, and its memory is given back.
std::unexpected<Error> give_up(const std::shared_ptr<Stream::Core>& core, std::string message)
{
    const Error error{ErrorCode::timed_out, std::move(message)};
    core->at_owner.failure = error;
    on_network(core, [error](QuicConnection& connection, Stream::Core& stream) {
        connection.cancel_stream(stream, error);
    });
    return fail(error);
}

Task<Result<void>> write_piece(std::shared_ptr<Stream::Core> core, Stream::Core::Piece piece,
                               Stream::Then then, TimePoint deadline)
{
    auto& side = core->at_owner;
    if (side.failure) {
        co_return fail(*side.failure);
    }
    side.queued += piece.bytes.size();
    on_network(core,
               [piece = std::move(piece), then](QuicConnection& connection, Stream::Core& stream) mutable {
                   connection.write_stream(stream, std::move(piece), then == Stream::Then::finish);
               });
    while (side.queued > max_queued && !side.failure) {
        if (!co_await side.changed.wait_until(deadline)) {
            co_return give_up(core, "the peer takes no more data");
        }
    }
    if (side.failure) {
        co_return fail(*side.failure);
    }
    co_return Result<void>{};
}

Result<void> begin_read(const std::shared_ptr<Stream::Core>& core,
                        const std::shared_ptr<ReadOperation>& operation)
{
    operation->done = OneShot<Result<void>>::make(core->owner);
    if (core->loop.expired() || core->connection.expired()) {
        // Nobody would answer; but what has arrived may be read still, by the loop, if that is there.
        return fail(
            core->at_owner.failure.value_or(Error{ErrorCode::unavailable, "the connection is closed"}));
    }
    post_to(core->loop, [core, operation] {
        if (const auto connection = core->connection.lock()) {
            connection->read_stream(*core, operation);
        } else {
            core->begin(operation);
        }
    });
    return {};
}

Task<Result<std::shared_ptr<ReadOperation>>> read(std::shared_ptr<Stream::Core> core,
                                                  std::shared_ptr<ReadOperation> operation,
                                                  TimePoint deadline)
{
    if (const auto begun = begin_read(core, operation); !begun) {
        co_return fail(begun.error());
    }
    auto result = co_await operation->done->get_until(deadline);
    if (!result) {
        co_return give_up(core, "the peer did not answer in time");
    }
    if (!*result) {
        co_return fail(result->error());
    }
    co_return operation;
}

}  // namespace

Stream::Stream(std::shared_ptr<Core> core) : core_(std::move(core)) {}
Stream::Stream(Stream&&) noexcept = default;

Stream& Stream::operator=(Stream&& other) noexcept
{
    if (this != &other) {
        Stream old(std::move(*this));
        core_ = std::move(other.core_);
    }
    return *this;
}

Stream::~Stream()
{
    if (core_) {
        on_network(core_, [](QuicConnection& connection, Core& stream) { connection.drop_stream(stream); });
    }
}

Task<Result<void>> Stream::write_frame(std::string payload, TimePoint deadline, Then then)
{
    ByteWriter length;
    length.u32(static_cast<std::uint32_t>(payload.size()));
    payload.insert(0, as_text(length.bytes()));
    auto keeper = std::make_shared<const std::string>(std::move(payload));
    const auto bytes = as_bytes(*keeper);
    return write_piece(core_, {std::move(keeper), bytes}, then, deadline);
}

Task<Result<void>> Stream::write(std::shared_ptr<const Buffer> buffer, std::size_t size, TimePoint deadline,
                                 Then then)
{
    const auto bytes = buffer->span().first(size);
    return write_piece(core_, {std::move(buffer), bytes}, then, deadline);
}

Task<Result<void>> Stream::write(Bytes bytes, TimePoint deadline, Then then)
{
    auto keeper = std::make_shared<const Bytes>(std::move(bytes));
    const ByteSpan view(*keeper);
    return write_piece(core_, {std::move(keeper), view}, then, deadline);
}

void Stream::finish()
{
    on_network(core_,
               [](QuicConnection& connection, Core& stream) { connection.write_stream(stream, {}, true); });
}

Task<Result<void>> Stream::flushed(TimePoint deadline)
{
    const auto core = core_;
    auto& side = core->at_owner;
    while (!side.acknowledged && !side.failure) {
        if (!co_await side.changed.wait_until(deadline)) {
            co_return give_up(core, "the peer did not acknowledge in time");
        }
    }
    if (!side.acknowledged) {
        co_return fail(*side.failure);
    }
    co_return Result<void>{};
}

Task<Result<std::string>> Stream::read_frame(std::size_t limit, TimePoint deadline)
{
    auto frame = co_await read_frame_or_end(limit, deadline);
    if (!frame) {
        co_return fail(frame.error());
    }
    if (!*frame) {
        co_return fail(ErrorCode::unavailable, "the peer ended the stream");
    }
    co_return std::move(**frame);
}

Task<Result<std::optional<std::string>>> Stream::read_frame_or_end(std::size_t limit, TimePoint deadline)
{
    auto operation = std::make_shared<ReadOperation>();
    operation->kind = ReadOperation::Kind::frame;
    operation->limit = limit;
    const auto done = co_await read(core_, operation, deadline);
    // After a timeout the network thread may still be at work on the operation.
    if (!done && done.error().code != ErrorCode::timed_out && operation->at_end) {
        co_return std::nullopt;
    }
    if (!done) {
        co_return fail(done.error());
    }
    constexpr std::size_t length_size = 4;
    co_return operation->frame.substr(length_size);
}

Task<Result<void>> Stream::read_exactly(SharedBuffer buffer, std::size_t size, TimePoint deadline)
{
    auto operation = std::make_shared<ReadOperation>();
    operation->wanted = size;
    operation->buffer = std::move(buffer);
    const auto done = co_await read(core_, std::move(operation), deadline);
    if (!done) {
        co_return fail(done.error());
    }
    co_return Result<void>{};
}

Task<Result<void>> Stream::read_exactly(SharedBuffer buffer, std::size_t size, Patience patience)
{
    const auto core = core_;
    auto operation = std::make_shared<ReadOperation>();
    operation->wanted = size;
    operation->buffer = std::move(buffer);
    if (const auto begun = begin_read(core, operation); !begun) {
        co_return fail(begun.error());
    }
    // Looks now and then rather than being told of each packet, which would cost a hop between threads.
    constexpr int looks_per_stall = 4;
    std::size_t seen = 0;
    auto until = patience.first_byte;
    while (true) {
        const auto next_look = std::min(until, Clock::now() + patience.stall / looks_per_stall);
        const auto result = co_await operation->done->get_until(next_look);
        if (result) {
            co_return *result;
        }
        const auto arrived = operation->arrived.load(std::memory_order_relaxed);
        const auto now = Clock::now();
        if (arrived != seen) {
            seen = arrived;
            until = now + patience.stall;
        } else if (now >= until) {
            co_return give_up(core, seen == 0 ? "the peer did not answer in time"
                                              : "the peer stopped in the middle of its answer");
        }
    }
}

Task<Result<Bytes>> Stream::read_bytes(std::size_t size, TimePoint deadline)
{
    auto operation = std::make_shared<ReadOperation>();
    operation->wanted = size;
    operation->buffer = std::make_shared<Buffer>(size);
    const auto done = co_await read(core_, std::move(operation), deadline);
    if (!done) {
        co_return fail(done.error());
    }
    const auto bytes = (*done)->buffer->span().first(size);
    co_return Bytes(bytes.begin(), bytes.end());
}

}  // namespace lanspread::transport
