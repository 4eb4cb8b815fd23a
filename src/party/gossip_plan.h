#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "base/digest.h"

namespace lanspread::party {

/// Whom of the connected peers to ask for those that they are connected to, and when. Pure.
///
/// Each side of a new connection asks the other once; of two connections A–B and B–C the later one thus makes
/// its ends look for each other through B. What that misses (the one that heard cannot dial the other) is
/// found later, when somebody is asked again. So n peers cost n² small messages while they gather, and a few
/// a minute afterwards, however many they are.
class GossipPlan {
public:
    struct Parameters {
        /// The first few connections of a peer may be all that it ever finds by itself: they are asked at
        /// once.
        std::size_t few = 3;
        Duration soon = std::chrono::milliseconds(50);
        /// The others are asked when the first rush is over.
        Duration calm = std::chrono::milliseconds(500);
        /// Who has few connections asks each of them so often; who has more asks one of them as often as
        /// that.
        Duration again = std::chrono::seconds(5);
        std::size_t max_running = 4;
    };

    GossipPlan() : GossipPlan(Parameters()) {}
    explicit GossipPlan(const Parameters& parameters) : parameters_(parameters) {}

    /// `jitter` is random, in [0, 1), here and below.
    void joined(const PeerId& peer, TimePoint now, double jitter);
    void left(const PeerId& peer);
    /// Whom to ask now. Each is followed by `ended`.
    [[nodiscard]] std::optional<PeerId> next(TimePoint now);
    /// When next gives somebody again, if nothing else happens before.
    [[nodiscard]] TimePoint next_due() const;
    /// `has_more`: the answer was as long as one may be.
    void ended(const PeerId& peer, bool has_more, TimePoint now, double jitter);

private:
    struct Plan {
        TimePoint due;
        bool is_running = false;
    };

    Parameters parameters_;
    std::unordered_map<PeerId, Plan> plans_;
    std::size_t running_ = 0;
};

}  // namespace lanspread::party
