#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/clock.h"

namespace lanspread::sim {

/// A simulated peer: its place in the list of peers, and in that of the links.
using PeerIndex = std::uint32_t;
/// A chunk on its way. Ids are used again after the transfer has ended or was cancelled.
using TransferId = std::uint32_t;

/// What a peer's cable carries, in bytes a second. 0: the cable is out, and what is on its way waits.
struct LinkRates {
    double up = 0;
    double down = 0;
};

/// What it has carried.
struct LinkBytes {
    double up = 0;
    double down = 0;
};

/// The wires of a swarm, in virtual time: chunks that flow from peer to peer and share the links of both. A
/// model of throughput: no packets, no headers, no loss, no slow start, and no latency (which whoever uses
/// this adds). Two models stand behind it; each says in its header what it leaves out.
///
/// Time never goes back from one call to the next. The owner calls `take_ended` at `next_end()`, and may do
/// so earlier.
class Network {
public:
    Network() = default;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    virtual ~Network() = default;

    /// A chunk of `bytes` starts to flow.
    [[nodiscard]] virtual TransferId start(PeerIndex from, PeerIndex to, std::uint32_t bytes,
                                           TimePoint now) = 0;
    /// Ends a transfer before its time. Returns how many of its bytes the sender's link had carried.
    virtual double cancel(TransferId transfer, TimePoint now) = 0;
    /// A cable gets another rate.
    virtual void set_link(PeerIndex peer, LinkRates rates, TimePoint now) = 0;

    /// When the next transfer ends, or something else in here wants `take_ended`; TimePoint::max() for never.
    [[nodiscard]] virtual TimePoint next_end() const = 0;
    /// The bytes that each peer's link has carried by `now`.
    [[nodiscard]] virtual const std::vector<LinkBytes>& carried(TimePoint now) = 0;
    /// Appends what has ended by `now`, in order.
    virtual void take_ended(TimePoint now, std::vector<TransferId>& ended) = 0;
};

/// Bytes that flow in `span` at `rate` bytes a second.
[[nodiscard]] inline double bytes_in(Duration span, double rate)
{
    return std::chrono::duration<double>(span).count() * rate;
}

/// How long `bytes` take at `rate` bytes a second, rounded up to the clock's grain, so that they are all
/// there when it is over; Duration::max() where nothing flows.
[[nodiscard]] inline Duration time_for(double bytes, double rate)
{
    constexpr double longest = 1e9;  // seconds: far beyond any run, and safe to add to a time
    if (rate <= 0 || bytes / rate > longest) {
        return Duration::max();
    }
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bytes / rate)) + Duration(1);
}

/// `now + span`, where the span may be Duration::max().
[[nodiscard]] inline TimePoint later_by(TimePoint now, Duration span)
{
    return span == Duration::max() ? TimePoint::max() : now + span;
}

}  // namespace lanspread::sim
