#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace lanspread::transport {

/// Finds how large a UDP payload the path to a peer takes, in the manner of DPLPMTUD (RFC 8899): probes
/// larger than what is known to work are sent, and only an answered one counts, so a lost probe costs
/// nothing. ngtcp2 0.12 can only try sizes up to 1444; our probes are datagrams of their own, and so may be
/// of any size. Pure: time is a parameter.
class PathMtu {
public:
    static constexpr std::size_t base = 1200;  ///< what every path takes (RFC 9000 §14)

    /// `limit` is the most that the local route takes; at least base.
    explicit PathMtu(std::size_t limit);

    [[nodiscard]] std::size_t current() const { return current_; }
    /// The sizes to probe now, if any are due.
    [[nodiscard]] std::vector<std::size_t> probes_due(TimePoint now);
    /// When to ask next.
    [[nodiscard]] TimePoint next_probe() const { return next_probe_; }
    void on_answer(std::size_t size);
    /// Packets of the current size get lost (or the socket refuses them): back to the base, and probe anew.
    void on_black_hole(TimePoint now);

private:
    std::size_t limit_;
    std::size_t current_ = base;
    unsigned attempts_ = 0;
    TimePoint next_probe_ = TimePoint::min();
};

}  // namespace lanspread::transport
