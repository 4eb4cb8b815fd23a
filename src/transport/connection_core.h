#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "async/queue.h"
#include "transport/connection.h"
#include "transport/stream_core.h"

namespace lanspread::transport {

/// What both sides share of a connection. The constants are set before the owner gets its handle.
struct Connection::Core {
    Executor owner;
    std::weak_ptr<NetworkLoop> loop;
    std::weak_ptr<QuicConnection> connection;
    PeerId peer;
    Address remote;
    bool is_outgoing = false;

    struct Stats {
        std::atomic<std::uint64_t> round_trip_ns{0};
        std::atomic<std::uint32_t> mtu{0};
        std::atomic<std::uint32_t> key_updates{0};
        std::atomic<std::uint64_t> bytes_sent{0};
        std::atomic<std::uint64_t> bytes_received{0};
    } stats;

    /// The owner's thread.
    struct OwnerSide {
        Queue<std::shared_ptr<Stream>> incoming;
        Signal closed;
        bool is_open = true;
        std::string close_reason;
    } at_owner;
};

}  // namespace lanspread::transport
