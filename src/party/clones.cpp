#include "party/clones.h"

#include <algorithm>

namespace lanspread::party {

namespace {

/// Of all processes together. With two of them: 1, 2, 1 (came back), 2 (came back), 1.
constexpr unsigned returns_that_prove = 3;

}  // namespace

bool Clones::admitted(const PeerId& peer, std::uint64_t epoch, const Address& address, TimePoint now)
{
    if (!peers_.contains(peer) && peers_.size() >= max_peers) {
        std::erase_if(peers_, [now](const auto& entry) { return entry.second.back().seen + alive < now; });
        if (peers_.size() >= max_peers) {
            return false;
        }
    }
    auto& processes = peers_[peer];
    const bool was_proven = !returning(processes, now).empty();
    std::erase_if(processes, [now](const Process& process) { return process.seen + alive < now; });
    Process process{.epoch = epoch, .address = address, .seen = now};
    if (const auto earlier = std::ranges::find(processes, epoch, &Process::epoch);
        earlier != processes.end()) {
        process.returns = earlier->returns + (earlier == std::prev(processes.end()) ? 0 : 1);
        processes.erase(earlier);
    } else if (processes.size() == max_processes) {
        processes.pop_front();
    }
    processes.push_back(process);
    return !was_proven && !returning(processes, now).empty();
}

bool Clones::is_one_of_several(const PeerId& peer, std::uint64_t epoch, TimePoint now) const
{
    const auto found = peers_.find(peer);
    return found != peers_.end() &&
           std::ranges::any_of(returning(found->second, now),
                               [epoch](const Process& process) { return process.epoch == epoch; });
}

void Clones::refused(const PeerId& peer, std::uint64_t epoch, TimePoint now)
{
    const auto found = peers_.find(peer);
    if (found == peers_.end()) {
        return;
    }
    for (auto& process : found->second) {
        if (process.epoch == epoch || &process == &found->second.back()) {
            process.seen = now;
        }
    }
}

std::vector<Address> Clones::places(const PeerId& peer, TimePoint now) const
{
    std::vector<Address> places;
    if (const auto found = peers_.find(peer); found != peers_.end()) {
        for (const auto& process : returning(found->second, now)) {
            places.push_back(process.address);
        }
    }
    std::ranges::sort(places);
    return places;
}

std::vector<PeerId> Clones::peers(TimePoint now) const
{
    std::vector<PeerId> peers;
    for (const auto& [peer, processes] : peers_) {
        if (!returning(processes, now).empty()) {
            peers.push_back(peer);
        }
    }
    return peers;
}

/// The living processes that have come back, where that proves that there are several; else none.
Clones::Processes Clones::returning(const Processes& processes, TimePoint now)
{
    Processes result;
    unsigned returns = 0;
    for (const auto& process : processes) {
        if (process.returns > 0 && process.seen + alive >= now) {
            result.push_back(process);
            returns += process.returns;
        }
    }
    return result.size() > 1 && returns >= returns_that_prove ? result : Processes();
}

}  // namespace lanspread::party
