#include "transport/quic_streams.h"

#include "transport/quic_connection.h"

namespace lanspread::transport {

namespace {

/// What one connection may hold back even when all together hold too much.
constexpr std::ptrdiff_t fair_held_back = 1024 * 1024;

/// Both codes of ours say no more than "not wanted any longer"; why is in the messages.
constexpr std::uint64_t cancelled_code = 1;

QuicConnection& self(void* user_data) { return *static_cast<QuicConnection*>(user_data); }

Stream::Core* stream_of(void* stream_user_data) { return static_cast<Stream::Core*>(stream_user_data); }

/// Runs the body of a callback; what it throws ends the connection rather than the program.
template <class Body>
int guarded(Body body)
{
    try {
        body();
        return 0;
    } catch (...) {
        return NGTCP2_ERR_CALLBACK_FAILURE;
    }
}

}  // namespace

void StreamCallbacks::set(ngtcp2_callbacks& callbacks)
{
    callbacks.recv_stream_data = received;
    callbacks.acked_stream_data_offset = acknowledged;
    callbacks.stream_open = opened;
    callbacks.stream_close = closed;
    callbacks.stream_reset = was_reset;
    callbacks.extend_max_stream_data = may_send_more;
    callbacks.extend_max_local_streams_bidi = may_open_more;
}

int StreamCallbacks::received(ngtcp2_conn*, std::uint32_t flags, std::int64_t, std::uint64_t,
                              const std::uint8_t* data, std::size_t size, void* user_data,
                              void* stream_user_data)
{
    return guarded([&] {
        auto* stream = stream_of(stream_user_data);
        if (stream == nullptr) {
            return;
        }
        const ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
        const auto taken = stream->on_data(bytes, (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0);
        self(user_data).consumed(*stream, taken);
        if (!self(user_data).hold_back(static_cast<std::ptrdiff_t>(size - taken))) {
            throw std::runtime_error("too much data that nobody asked for");
        }
    });
}

int StreamCallbacks::acknowledged(ngtcp2_conn*, std::int64_t, std::uint64_t, std::uint64_t size, void*,
                                  void* stream_user_data)
{
    return guarded([&] {
        if (auto* stream = stream_of(stream_user_data)) {
            stream->on_acknowledged(size);
        }
    });
}

int StreamCallbacks::opened(ngtcp2_conn* connection, std::int64_t id, void* user_data)
{
    return guarded([&] {
        auto& quic = self(user_data);
        const auto stream = quic.make_stream(id);
        ngtcp2_conn_set_stream_user_data(connection, id, stream.get());
        asio::post(quic.shared_->owner,
                   [shared = quic.shared_, handle = std::make_shared<Stream>(stream)]() mutable {
                       shared->at_owner.incoming.push(std::move(handle));
                   });
    });
}

int StreamCallbacks::closed(ngtcp2_conn* connection, std::uint32_t, std::int64_t id, std::uint64_t,
                            void* user_data, void* stream_user_data)
{
    return guarded([&] {
        if (auto* stream = stream_of(stream_user_data)) {
            self(user_data).forget_stream(*stream);
        } else if (ngtcp2_conn_is_local_stream(connection, id) == 0) {
            ngtcp2_conn_extend_max_streams_bidi(connection, 1);
        }
    });
}

int StreamCallbacks::was_reset(ngtcp2_conn* connection, std::int64_t id, std::uint64_t, std::uint64_t, void*,
                               void* stream_user_data)
{
    return guarded([&] {
        if (auto* stream = stream_of(stream_user_data)) {
            stream->at_network.finish_received = true;
            stream->fail_all({ErrorCode::unavailable, "the peer cancelled the request"});
            ngtcp2_conn_shutdown_stream_write(connection, id, cancelled_code);
        }
    });
}

int StreamCallbacks::may_send_more(ngtcp2_conn*, std::int64_t, std::uint64_t, void* user_data,
                                   void* stream_user_data)
{
    return guarded([&] {
        if (auto* stream = stream_of(stream_user_data)) {
            stream->at_network.is_blocked = false;
            self(user_data).make_ready(*stream);
        }
    });
}

int StreamCallbacks::may_open_more(ngtcp2_conn*, std::uint64_t, void* user_data)
{
    return guarded([&] { self(user_data).open_waiting_streams(); });
}

std::shared_ptr<Stream::Core> QuicConnection::make_stream(std::int64_t id)
{
    auto stream = std::make_shared<Stream::Core>(shared_->owner, shared_->loop, weak_from_this(), id);
    streams_.emplace(id, stream);
    return stream;
}

void QuicConnection::open_stream(OpenedStream opened)
{
    waiting_to_open_.push_back(std::move(opened));
    if (closed_) {
        waiting_to_open_.back()->set(fail(ErrorCode::unavailable, "the connection is closed"));
        waiting_to_open_.pop_back();
        return;
    }
    open_waiting_streams();
}

void QuicConnection::open_waiting_streams()
{
    while (!waiting_to_open_.empty()) {
        if (waiting_to_open_.front().use_count() == 1) {
            waiting_to_open_.pop_front();  // whoever asked has given up
            continue;
        }
        std::int64_t id = -1;
        if (ngtcp2_conn_open_bidi_stream(connection_, &id, nullptr) != 0) {
            return;  // the peer allows no more now; may_open_more tells when it does
        }
        const auto stream = make_stream(id);
        ngtcp2_conn_set_stream_user_data(connection_, id, stream.get());
        waiting_to_open_.front()->set(std::make_shared<Stream>(stream));
        waiting_to_open_.pop_front();
    }
}

void QuicConnection::consumed(Stream::Core& stream, std::size_t bytes)
{
    if (bytes > 0) {
        ngtcp2_conn_extend_max_stream_offset(connection_, stream.id, bytes);
        ngtcp2_conn_extend_max_offset(connection_, bytes);
    }
}

void QuicConnection::write_stream(Stream::Core& stream, Stream::Core::Piece piece, bool finish)
{
    if (closed_ || stream.at_network.failure) {
        return;
    }
    stream.add(std::move(piece));
    stream.at_network.finish_queued = stream.at_network.finish_queued || finish;
    make_ready(stream);
    write(Clock::now());
}

void QuicConnection::read_stream(Stream::Core& stream, std::shared_ptr<ReadOperation> operation)
{
    const auto bytes = stream.begin(std::move(operation));
    static_cast<void>(hold_back(-static_cast<std::ptrdiff_t>(bytes)));
    if (!closed_ && bytes > 0) {
        consumed(stream, bytes);
        write(Clock::now());
    }
}

/// The owner has let go of the stream: what is queued and finished still goes out, everything else is
/// cancelled.
void QuicConnection::drop_stream(Stream::Core& stream)
{
    auto& side = stream.at_network;
    side.is_dropped = true;
    side.reading = nullptr;
    let_go(stream);
    if (closed_) {
        return;
    }
    if (side.is_closed) {
        allow_another(stream);
        write(Clock::now());
        return;
    }
    if (!side.finish_queued || side.failure) {
        stream.fail_all({ErrorCode::unavailable, "cancelled"});
        ngtcp2_conn_shutdown_stream_write(connection_, stream.id, cancelled_code);
    }
    if (!side.finish_received) {
        ngtcp2_conn_shutdown_stream_read(connection_, stream.id, cancelled_code);
    }
    write(Clock::now());
}

bool QuicConnection::hold_back(std::ptrdiff_t bytes)
{
    held_back_ += bytes;
    // Where there is too much in all, those pay whose share is large and grows.
    return host_.hold_back(bytes) || bytes <= 0 || held_back_ <= fair_held_back;
}

/// Bytes that nobody will read any more must not keep the connection's window shut.
void QuicConnection::let_go(Stream::Core& stream)
{
    auto& side = stream.at_network;
    const auto unread = side.backlog.size() - side.backlog_taken;
    side.backlog = {};
    side.backlog_taken = 0;
    static_cast<void>(hold_back(-static_cast<std::ptrdiff_t>(unread)));
    ngtcp2_conn_extend_max_offset(connection_, unread);
}

void QuicConnection::forget_stream(Stream::Core& stream)
{
    const auto keep = stream.shared_from_this();
    keep->at_network.is_closed = true;
    keep->release();
    keep->report_closed();
    streams_.erase(keep->id);
    if (keep->at_network.is_dropped) {
        allow_another(*keep);
    }
}

/// The peer may open another stream in place of one of its own that is closed *and* done with on our side: so
/// the limit also bounds the requests that are being worked on, whatever a peer does with its end.
void QuicConnection::allow_another(const Stream::Core& stream)
{
    if (ngtcp2_conn_is_local_stream(connection_, stream.id) == 0) {
        ngtcp2_conn_extend_max_streams_bidi(connection_, 1);
    }
}

void QuicConnection::cancel_stream(Stream::Core& stream, const Error& reason)
{
    stream.fail_all(reason);
    if (!closed_ && !stream.at_network.is_closed) {
        ngtcp2_conn_shutdown_stream_write(connection_, stream.id, cancelled_code);
        ngtcp2_conn_shutdown_stream_read(connection_, stream.id, cancelled_code);
        write(Clock::now());
    }
}

}  // namespace lanspread::transport
