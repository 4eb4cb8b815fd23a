#include "sim/outcome.h"

#include <algorithm>

namespace lanspread::sim {

double Limit::seconds() const { return std::max({downlink, source, uplinks}); }

Limit limit_of(const Scenario& scenario)
{
    const auto size = static_cast<double>(scenario.chunks) * scenario.chunk_size;
    Limit limit;
    double sources_up = 0;
    double all_up = 0;
    std::uint32_t downloaders = 0;
    for (const auto& peer : scenario.peers) {
        if (peer.behaviour == Behaviour::honest) {
            all_up += peer.link.up;
            sources_up += peer.is_source ? peer.link.up : 0;
        }
        if (must_finish(peer)) {
            ++downloaders;
            limit.downlink = std::max(limit.downlink, size / peer.link.down);
        }
    }
    limit.source = size / sources_up;
    limit.uplinks = downloaders * size / all_up;
    return limit;
}

Times times_of(const Scenario& scenario, const Outcome& outcome)
{
    Times times;
    for (std::size_t peer = 0; peer < scenario.peers.size(); ++peer) {
        if (!must_finish(scenario.peers[peer])) {
            continue;
        }
        if (const auto& finished = outcome.peers[peer].finished) {
            times.finished.push_back(std::chrono::duration<double>(*finished).count());
        } else {
            ++times.unfinished;
        }
    }
    std::ranges::sort(times.finished);
    return times;
}

double copies_of(const Scenario& scenario, const Outcome& outcome)
{
    const auto size = static_cast<double>(scenario.chunks) * scenario.chunk_size;
    double sent = 0;
    for (std::size_t peer = 0; peer < scenario.peers.size(); ++peer) {
        if (scenario.peers[peer].is_source && scenario.peers[peer].behaviour == Behaviour::honest) {
            sent += static_cast<double>(outcome.peers[peer].bytes_sent);
        }
    }
    return sent / size;
}

bool must_finish(const PeerPlan& plan)
{
    return !plan.is_source && plan.behaviour == Behaviour::honest &&
           std::ranges::none_of(plan.departures,
                                [](const Departure& departure) { return departure.away == Duration::max(); });
}

}  // namespace lanspread::sim
