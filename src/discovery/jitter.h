#pragma once
#include "base/clock.h"

#include <random>

namespace lanspread::discovery {

/// Random delays, so that thirty peers that were switched on together do not all speak at once. The same seed
/// gives the same delays.
class Jitter {
public:
    explicit Jitter(std::uint32_t seed) : engine_(seed) {}

    [[nodiscard]] Duration between(Duration least, Duration most)
    {
        return Duration(std::uniform_int_distribution<Duration::rep>(least.count(), most.count())(engine_));
    }

private:
    std::minstd_rand engine_;
};

}  // namespace lanspread::discovery
