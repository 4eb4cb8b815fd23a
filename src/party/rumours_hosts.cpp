// What Rumours keeps of the hosts that it was told of: so that no liar makes a party dial a stranger.

#include "party/rumours.h"

#include <algorithm>
#include <set>

namespace lanspread::party {

namespace {

/// Hosts that are remembered; what is over takes the place of the one that was dialled longest ago.
constexpr std::size_t max_hosts = 4096;
constexpr std::size_t max_wrong = 8;
constexpr unsigned max_doublings = 5;

std::set<std::array<std::uint8_t, 16>> hosts_of(const std::vector<Address>& addresses)
{
    std::set<std::array<std::uint8_t, 16>> hosts;
    for (const auto& address : addresses) {
        hosts.insert(address.ip);
    }
    return hosts;
}

}  // namespace

/// When a host may be dialled for that teller, as far as can be said.
TimePoint Rumours::free_at(const Address& address, const PeerId& teller, TimePoint now) const
{
    const auto found = hosts_.find(address.ip);
    if (found == hosts_.end()) {
        return now;
    }
    const auto& host = found->second;
    if (host.dials >= host.limits().at_once) {
        return now + look_again;
    }
    const bool was_wrong = std::ranges::find(host.wrong, teller) != host.wrong.end();
    return was_wrong ? host.rests_until : std::min(host.rests_until, host.last_dial + exception);
}

void Rumours::begin_at_hosts(const Dial& dial, TimePoint now)
{
    for (const auto& key : hosts_of(dial.addresses)) {
        if (hosts_.size() >= max_hosts && !hosts_.contains(key)) {
            const auto oldest = std::ranges::min_element(hosts_, {}, [](const auto& host) {
                return std::pair(host.second.dials > 0, host.second.last_dial);
            });
            hosts_.erase(oldest);
        }
        auto& host = hosts_[key];
        ++host.dials;
        host.last_dial = now;
    }
}

void Rumours::end_at_hosts(const Dial& dial, Outcome outcome, TimePoint now)
{
    for (const auto& key : hosts_of(dial.addresses)) {
        auto& host = hosts_.at(key);
        --host.dials;
        if (outcome == Outcome::reached) {
            continue;
        }
        host.has_answered = host.has_answered || outcome == Outcome::refused;
        const auto limit = host.limits().in_vain;
        if (++host.in_vain >= limit) {
            const auto doublings = std::min(host.in_vain - limit, max_doublings);
            host.rests_until = now + host.limits().rest * (1U << doublings);
        }
        if (std::ranges::find(host.wrong, dial.teller) == host.wrong.end()) {
            if (host.wrong.size() == max_wrong) {
                host.wrong.erase(host.wrong.begin());
            }
            host.wrong.push_back(dial.teller);
        }
    }
}

}  // namespace lanspread::party
