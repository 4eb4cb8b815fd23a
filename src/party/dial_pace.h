#pragma once

#include <chrono>

#include "base/clock.h"

namespace lanspread::party {

/// How long a dial takes at the moment, from its first packet to both Hellos: a mean of those that succeeded,
/// which follows them down at once and up slowly. Milliseconds in a calm party; seconds where a hundred peers
/// that start at once share few cores: whoever goes on at the pace of a calm party then, or gives up what
/// only takes its time, makes more work than is ever done. Before the first has succeeded nobody knows which
/// it is: then it counts as busy. Pure.
class DialPace {
public:
    void took(Duration duration)
    {
        const auto change = duration - typical_;
        typical_ += change / (change < Duration() ? 2 : 4);
    }
    [[nodiscard]] Duration typical() const { return typical_; }

private:
    Duration typical_ = std::chrono::milliseconds(500);
};

}  // namespace lanspread::party
