#pragma once

#include <cstdint>

#include "base/clock.h"

namespace lanspread::transport {

/// How much a connection may have on the way so that nobody stands in a queue for long. The congestion window
/// alone grows until a switch drops something, and until then everybody behind that switch waits. Pure; one
/// for each connection.
///
/// Once in a round trip it looks at the least that one took. Where that is over the target, a queue stands
/// somewhere, and the window shrinks by an eighth; else it grows, the faster the shorter the queue. On a fast
/// link no queue lasts so long, and the congestion window decides. The idea is that of TCP Vegas (Brakmo,
/// O'Malley, Peterson 1994) and LEDBAT (RFC 6817).
class DelayWindow {
public:
    /// Queueing that is put up with. A slow link needs some for its bursts, and a game does not feel it.
    static constexpr std::chrono::milliseconds target{15};
    /// The window never falls below so many full packets: others may be who fills the queue.
    static constexpr std::uint64_t least_packets = 16;
    /// In bytes: no limit.
    static constexpr std::uint64_t largest = std::uint64_t{1} << 30;

    struct Sample {
        Duration round_trip{};       ///< the latest one
        Duration best_round_trip{};  ///< of the connection's life
        std::uint64_t bytes_in_flight = 0;
        std::uint64_t packet_size = 0;  ///< of a full one, in bytes
    };

    /// To be called after acknowledgements. The sample before, once more, is no news.
    void on_sample(const Sample& sample, TimePoint now);
    /// The bytes that may be in flight.
    [[nodiscard]] std::uint64_t window() const { return window_; }

private:
    std::uint64_t window_ = largest;
    Duration last_round_trip_{};
    Duration least_ = Duration::max();  ///< in this round, as the next one
    std::uint64_t most_in_flight_ = 0;
    TimePoint round_ends_;
};

}  // namespace lanspread::transport
