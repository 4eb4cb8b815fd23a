#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/task.h"
#include "base/address.h"
#include "base/digest.h"
#include "base/error.h"
#include "transport/stream.h"

namespace lanspread::transport {

struct ConnectionStats {
    std::chrono::microseconds round_trip{0};
    std::uint32_t mtu = 0;          ///< UDP payload in bytes that the path takes
    std::uint32_t key_updates = 0;  ///< that this side began
    std::uint64_t bytes_sent = 0;   ///< UDP payload
    std::uint64_t bytes_received = 0;
};

/// A QUIC connection whose peer has proven its id. A handle on the owner's thread; the network thread does
/// the work. It is kept alive while the handle lives, and found dead after the idle timeout (20 s without a
/// packet).
class Connection {
public:
    struct Core;
    explicit Connection(std::shared_ptr<Core> core);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] const PeerId& peer() const;
    /// Where the peer's packets come from. Not where it listens: that is in its Hello.
    [[nodiscard]] const Address& remote() const;
    /// True where this side dialled.
    [[nodiscard]] bool is_outgoing() const;
    [[nodiscard]] bool is_open() const;
    /// Why it was closed; empty while it is open.
    [[nodiscard]] const std::string& close_reason() const;
    [[nodiscard]] ConnectionStats stats() const;

    /// Opens a stream; waits while the peer allows no more of them.
    [[nodiscard]] Task<Result<Stream>> open_stream(TimePoint deadline);
    /// The next stream that the peer opened; nothing once the connection is closed.
    [[nodiscard]] Task<std::optional<Stream>> accept_stream();
    /// Suspends the caller until the connection is closed, by whomever.
    [[nodiscard]] Task<void> closed();
    /// Closes at once, telling the peer `reason` (at most 200 bytes are sent). Idempotent.
    void close(std::string reason);

private:
    std::shared_ptr<Core> core_;
};

using SharedConnection = std::shared_ptr<Connection>;

}  // namespace lanspread::transport
