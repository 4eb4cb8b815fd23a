#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/address.h"
#include "base/error.h"

namespace lanspread::transport {

/// A datagram that has arrived. The bytes are valid during the call that hands them out.
struct Datagram {
    Address remote;
    Address local;  ///< the address that it was sent to, port 0
    std::span<const std::uint8_t> bytes;
};

/// A host's answer (ICMP) that nobody listens where a datagram of ours went. Anybody can forge one who knows
/// both ports; but not what it quotes.
struct Refusal {
    Address remote;  ///< where the datagram went
    std::span<const std::uint8_t>
        quoted;  ///< its first bytes, or none; valid during the call that hands them out
};

enum class SendOutcome {
    sent,
    would_block,  ///< the socket's buffer is full
    too_large,    ///< larger than the interface takes (EMSGSIZE)
    failed,       ///< no route, a firewall, a dead interface: treated as a lost packet
};

struct Sent {
    SendOutcome outcome = SendOutcome::sent;
    std::size_t bytes = 0;  ///< dealt with; with would_block the rest is still to be sent
};

/// A non-blocking dual-stack UDP socket that sends and receives in batches: UDP_SEGMENT and UDP_GRO where the
/// kernel has them (Linux 4.18 and 5.0), one system call a datagram elsewhere. Never fragments. Owned by the
/// network thread.
class UdpSocket {
public:
    /// `bind` unspecified: all addresses, IPv4 too; where the machine has no IPv6, IPv4 only.
    [[nodiscard]] static Result<UdpSocket> open(const Address& bind);
    UdpSocket(UdpSocket&& other) noexcept;
    UdpSocket& operator=(UdpSocket&&) = delete;
    ~UdpSocket();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Reads up to `limit` batches into `scratch` (64 KiB or more) and hands out their datagrams; the number
    /// of batches read.
    int receive(std::span<std::uint8_t> scratch, int limit,
                const std::function<void(const Datagram&)>& on_datagram);

    /// Hands out the refusals that have arrived. To be called where the socket is said to be readable and
    /// `receive` finds nothing: they make it so until they are read.
    void read_refusals(const std::function<void(const Refusal&)>& on_refusal);

    /// Sends `bytes` as datagrams of `segment` bytes (the last may be shorter), from `local` where that is
    /// specified.
    [[nodiscard]] Sent send(const Address& remote, const Address& local, std::span<const std::uint8_t> bytes,
                            std::size_t segment);

    /// What is sent from now on carries DSCP CS1 (RFC 3662: less than best effort), or no mark.
    void set_background(bool is_background);

    /// The most payload that one datagram to `remote` can carry by what the interface and the route say; 0:
    /// not known.
    [[nodiscard]] static std::size_t route_payload_limit(const Address& remote);

private:
    UdpSocket(int descriptor, bool is_v6) : descriptor_(descriptor), is_v6_(is_v6) {}
    [[nodiscard]] SendOutcome send_one(const Address& remote, const Address& local,
                                       std::span<const std::uint8_t> bytes, std::size_t segment);

    int descriptor_ = -1;
    bool is_v6_ = true;
    bool has_segmentation_ = false;
    std::uint16_t port_ = 0;
};

/// Lets the calling thread's timers fire when they are due rather than up to 50 µs later: pacing lives on
/// that.
void sharpen_timers_of_this_thread();

}  // namespace lanspread::transport
