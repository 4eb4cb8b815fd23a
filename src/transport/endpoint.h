#pragma once

#include <memory>
#include <optional>
#include <string>

#include "async/signal.h"
#include "async/task.h"
#include "base/address.h"
#include "base/error.h"
#include "transport/connection.h"
#include "transport/identity.h"

namespace lanspread::transport {

struct EndpointStats {
    std::uint64_t bytes_sent = 0;  ///< UDP payload
    std::uint64_t bytes_received = 0;
};

/// What shows of a dial before it has ended. Belongs to the owner's thread.
struct DialProgress {
    bool is_answered = false;  ///< somebody is there: what is missing is the rest of the handshake
    Signal changed;
};

/// The UDP socket of a peer with all its QUIC connections, on a network thread of its own. Its methods belong
/// to the owner's thread, on whose executor everything it hands out completes.
class Endpoint {
public:
    struct Options {
        Address bind;  ///< unspecified: every interface, IPv4 and IPv6; port 0: the system chooses
        /// Packet AEAD: false keeps GnuTLS even where a faster one is at hand.
        bool allow_fast_aead = true;
        /// A connection changes its keys after so many packets (RFC 9001 §6.6 allows 2^23). Tests take fewer.
        std::uint64_t packets_per_key = std::uint64_t{1} << 22;
    };

    [[nodiscard]] static Result<std::unique_ptr<Endpoint>> open(Executor owner, const Identity& identity,
                                                                Options options);
    ~Endpoint();
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    /// Dials. `refused` where the one that answers is not `expected` (when given), or is ourselves; `exists`
    /// where another process has our own key. `progress` may be null.
    [[nodiscard]] Task<Result<SharedConnection>> connect(Address remote, std::optional<PeerId> expected,
                                                         TimePoint deadline,
                                                         std::shared_ptr<DialProgress> progress = nullptr);
    /// The next connection that a peer opened to us, after its handshake; nothing once the endpoint is
    /// closed.
    [[nodiscard]] Task<std::optional<SharedConnection>> accept();
    /// Marks all packets from now on as less urgent than everything else on the network (DSCP CS1, RFC 3662),
    /// or ends that. Switches and access points that look at the mark let others go first; the rest ignore
    /// it.
    void set_background(bool is_background);
    /// Closes every connection, tells the peers so, and stops the network thread. Idempotent; the destructor
    /// does the same.
    void close();

    [[nodiscard]] std::uint16_t port() const;
    /// For people: "AES-128-GCM by ipsec-mb".
    [[nodiscard]] std::string_view cipher() const;
    [[nodiscard]] EndpointStats stats() const;

private:
    struct Core;
    explicit Endpoint(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace lanspread::transport
