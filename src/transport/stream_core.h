#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "async/one_shot.h"
#include "async/signal.h"
#include "transport/stream.h"

namespace lanspread::transport {

class QuicConnection;

/// The loop that a network thread runs. Handles know it weakly: what is posted to an endpoint that is gone is
/// dropped.
struct NetworkLoop {
    asio::io_context io{1};
};

/// Runs `work` on the network thread of `loop`, if that is still there.
template <class Work>
void post_to(const std::weak_ptr<NetworkLoop>& loop, Work work)
{
    if (const auto alive = loop.lock()) {
        asio::post(alive->io, std::move(work));
    }
}

/// One read that the owner waits for: a frame, or an exact number of bytes into a buffer. The network thread
/// fills it; the owner looks at it after `done`.
struct ReadOperation {
    enum class Kind { frame, exact };

    Kind kind = Kind::exact;
    std::size_t wanted = 0;  ///< exact: how many bytes; frame: known once its 4 bytes of length are here
    std::size_t limit = 0;   ///< frame: the largest that is accepted
    SharedBuffer buffer;     ///< exact: where the bytes go
    std::string frame;       ///< frame: length, then payload
    std::size_t filled = 0;
    bool at_end = false;  ///< it failed because the other side had finished before the first byte of it
    std::atomic<std::size_t> arrived{0};  ///< `filled`, for the owner to look at meanwhile
    std::shared_ptr<OneShot<Result<void>>> done;
};

/// What both sides share of a stream. Each part belongs to one thread.
struct Stream::Core : std::enable_shared_from_this<Stream::Core> {
    Core(Executor its_owner, std::weak_ptr<NetworkLoop> its_loop,
         std::weak_ptr<QuicConnection> its_connection, std::int64_t its_id)
        : owner(std::move(its_owner)),
          loop(std::move(its_loop)),
          connection(std::move(its_connection)),
          id(its_id)
    {
    }

    const Executor owner;
    const std::weak_ptr<NetworkLoop> loop;
    const std::weak_ptr<QuicConnection> connection;
    const std::int64_t id;

    /// The owner's thread.
    struct OwnerSide {
        Signal changed;
        std::optional<Error> failure;
        std::size_t queued = 0;     ///< bytes given to write that are not yet in a packet
        bool acknowledged = false;  ///< all of it, the end included
    } at_owner;

    /// The network thread.
    struct Piece {
        std::shared_ptr<const void> keeper;
        std::span<const std::byte> bytes;
    };
    struct NetworkSide {
        std::deque<Piece> pieces;      ///< written and not yet acknowledged
        std::size_t next_piece = 0;    ///< the first with bytes that are in no packet yet
        std::size_t next_byte = 0;     ///< in that piece
        std::size_t acknowledged = 0;  ///< bytes of the first piece
        std::size_t unreported = 0;    ///< bytes in packets that the owner was not told of
        bool finish_queued = false;
        bool finish_sent = false;
        bool is_blocked = false;  ///< by the stream's flow control
        bool is_ready = false;    ///< in the connection's queue of streams to write
        bool is_urgent = false;   ///< was put first there, for it had little to send
        bool finish_received = false;
        bool is_dropped = false;  ///< the owner has let go of it
        bool is_closed = false;   ///< ngtcp2 is done with it
        Bytes backlog;            ///< arrived before anybody asked
        std::size_t backlog_taken = 0;
        std::shared_ptr<ReadOperation> reading;
        std::optional<Error> failure;
    } at_network;

    // On the network thread:
    [[nodiscard]] std::size_t unsent() const;
    [[nodiscard]] bool has_something_to_send() const;
    void add(Piece piece);
    /// `size` more bytes are in a packet.
    void on_sent(std::size_t size, bool finish);
    void on_acknowledged(std::size_t size);
    /// Takes bytes that have arrived; returns how many of them were consumed (the rest waits in the backlog).
    std::size_t on_data(ByteSpan bytes, bool finish);
    /// Begins a read; returns how many bytes of the backlog it consumed.
    std::size_t begin(std::shared_ptr<ReadOperation> operation);
    /// Ends both directions for the owner; nothing more is sent.
    void fail_all(const Error& error);
    /// Lets go of what was written, once ngtcp2 is done with the stream.
    void release();
    void report_closed();

private:
    std::size_t feed(ByteSpan bytes);
    void complete_reading(Result<void> result);
    void end_reading();
};

}  // namespace lanspread::transport
