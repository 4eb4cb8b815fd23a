#include "party/flapping.h"

#include <algorithm>
#include <cmath>

namespace lanspread::party {

namespace {

/// Less than that is as good as nothing.
constexpr double negligible = 0.1;

}  // namespace

void Flapping::joined(const PeerId& peer, TimePoint now)
{
    if (!counts_.contains(peer) && counts_.size() >= max_peers) {
        std::erase_if(counts_, [now](const auto& entry) { return value_at(entry.second, now) < negligible; });
        if (counts_.size() >= max_peers) {
            return;
        }
    }
    auto& count = counts_[peer];
    const auto before = value_at(count, now);
    count = {.value = before + 1,
             .at = now,
             .is_out = before + 1 > too_often || (count.is_out && before + 1 > calm)};
}

std::optional<Duration> Flapping::kept_out_for(const PeerId& peer, TimePoint now) const
{
    const auto found = counts_.find(peer);
    if (found == counts_.end() || !found->second.is_out) {
        return std::nullopt;
    }
    const auto value = value_at(found->second, now);
    if (value <= calm) {
        return std::nullopt;
    }
    return std::chrono::duration_cast<Duration>(half_life * std::log2(value / calm));
}

double Flapping::value_at(const Count& count, TimePoint now)
{
    const std::chrono::duration<double> age = std::max(now - count.at, Duration());
    return count.value * std::exp2(-age / std::chrono::duration<double>(half_life));
}

}  // namespace lanspread::party
