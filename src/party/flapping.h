#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "base/digest.h"

namespace lanspread::party {

/// Keeps out a peer that comes and goes all the time, so that the others are not busy with it: each time
/// costs a handshake, a library, and an event for everybody who listens. Pure.
///
/// Each time counts one, and half of what was counted is forgotten every ten seconds. Who comes beyond six is
/// kept out until it is three.
class Flapping {
public:
    static constexpr double too_often = 6;
    static constexpr double calm = 3;
    static constexpr Duration half_life = std::chrono::seconds(10);

    /// The peer has come.
    void joined(const PeerId& peer, TimePoint now);
    /// For how long it is to stay away; nothing where it is welcome.
    [[nodiscard]] std::optional<Duration> kept_out_for(const PeerId& peer, TimePoint now) const;

private:
    static constexpr std::size_t max_peers = 1024;  ///< what is over is not counted

    struct Count {
        double value = 0;
        TimePoint at;
        bool is_out = false;  ///< until it is calm
    };

    [[nodiscard]] static double value_at(const Count& count, TimePoint now);

    std::unordered_map<PeerId, Count> counts_;
};

}  // namespace lanspread::party
