#include "swarm/pair_search.h"

#include "swarm/block_sums.h"

namespace lanspread::swarm {

namespace {

std::uint64_t both(std::uint32_t first, std::uint32_t second) { return std::uint64_t{first} << 32U | second; }

/// The sums of the windows at places that are asked for in order: rolled there from the last one where that
/// is near, so that a pattern in which every place is asked for costs no more than going through it once.
class SecondSum {
public:
    SecondSum(ByteSpan bytes, std::size_t window) : bytes_(bytes), window_(window), rolling_(window) {}

    std::uint32_t at(std::size_t place)
    {
        if (!place_ || place - *place_ > window_) {
            rolling_.reset(bytes_.subspan(place, window_));
            place_ = place;
        }
        for (; *place_ < place; ++*place_) {
            rolling_.roll(bytes_[*place_], bytes_[*place_ + window_]);
        }
        return told_sum(block_sum(rolling_.hash()), static_cast<std::uint32_t>(window_));
    }

private:
    ByteSpan bytes_;
    std::size_t window_;
    RollingHash rolling_;
    std::optional<std::size_t> place_;
};

}  // namespace

PairSearch::PairSearch(std::uint32_t block, std::vector<Pair> pairs) : block_(block)
{
    for (const auto& pair : pairs) {
        positions_.try_emplace(both(pair.first, pair.second), pair.position);
        may_be_.set(pair.first & 0xffffU);
    }
}

std::optional<PairSearch::Hit> PairSearch::find(ByteSpan bytes, std::size_t from) const
{
    if (positions_.empty() || bytes.size() < from + 2 * std::size_t{block_}) {
        return std::nullopt;
    }
    RollingHash rolling(block_);
    rolling.reset(bytes.subspan(from, block_));
    SecondSum second(bytes, block_);
    const auto last = bytes.size() - 2 * std::size_t{block_};
    for (auto at = from;; ++at) {
        if (const auto sum = told_sum(block_sum(rolling.hash()), block_); may_be_[sum & 0xffffU]) {
            const auto found = positions_.find(both(sum, second.at(at + block_)));
            if (found != positions_.end()) {
                return Hit{.position = found->second, .found_at = at};
            }
        }
        if (at == last) {
            return std::nullopt;
        }
        rolling.roll(bytes[at], bytes[at + block_]);
    }
}

}  // namespace lanspread::swarm
