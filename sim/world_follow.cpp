#include <algorithm>

#include "sim/random.h"
#include "sim/world.h"

/// Who knows what of whom.
namespace lanspread::sim {

/// Which partial holders a peer prefers to follow: each one others, by chance, so that nobody is followed by
/// all and the party hangs together.
std::uint64_t World::rank(PeerIndex index, std::uint32_t about) const
{
    return mixed(options_.seed ^ 0x5eed, index, about);
}

/// Whether it is no source of the peer yet, and may become one.
bool World::may_follow(const Peer& peer, PeerIndex about) const
{
    return peer.scheduler->window_of(peers_[about].id) == 0 && !contains(peer.followed, about) &&
           !contains(peer.banned, about);
}

void World::consider_following(PeerIndex index, PeerIndex about)
{
    auto& peer = peers_[index];
    if (!may_follow(peer, about)) {
        return;
    }
    if (peer.followed.size() >= options_.max_followed) {
        const auto worst =
            *std::ranges::max_element(peer.followed, {}, [&](PeerIndex other) { return rank(index, other); });
        if (rank(index, worst) < rank(index, about) ||
            peer.scheduler->requests_in_flight(peers_[worst].id) > 0) {
            return;
        }
        std::erase(peer.followed, worst);
        std::erase(peers_[worst].followers, index);
        drop_source(index, worst);
    }
    follow(index, about);
}

/// After one that was followed has left, or has everything.
void World::fill_followed(PeerIndex index)
{
    const auto& peer = peers_[index];
    while (peer.followed.size() < options_.max_followed) {
        std::optional<PeerIndex> best;
        for (PeerIndex about = 0; about < peers_.size(); ++about) {
            if (about != index && peers_[about].told == Holding::part &&
                (!best || rank(index, about) < rank(index, *best)) && may_follow(peer, about)) {
                best = about;
            }
        }
        if (!best) {
            return;
        }
        follow(index, *best);
    }
}

void World::follow(PeerIndex index, PeerIndex about)
{
    peers_[index].followed.push_back(about);
    after(options_.latency, Action::follow, index, about);
}

void World::drop_source(PeerIndex index, PeerIndex about)
{
    auto& peer = peers_[index];
    std::vector<swarm::ChunkRequest> requests;
    {
        const Stopwatch watch(outcome_.scheduler_seconds);
        requests = peer.scheduler->source_left(peers_[about].id);
    }
    give_up(index, requests);
}

void World::follow_arrives(PeerIndex follower, PeerIndex followed)
{
    auto& peer = peers_[followed];
    if (!peer.is_here || !contains(peers_[follower].followed, followed)) {
        return;
    }
    if (is_downloading(peer)) {
        peer.followers.push_back(follower);
    }
    const auto& has =
        is_downloading(peer) ? peer.scheduler->verified() : swarm::ChunkSet::all_of(scenario_.chunks);
    after(options_.latency, Action::bitfield, bitfields_.add({followed, follower, peer.life, has}));
}

void World::bitfield_arrives(std::uint32_t id)
{
    auto [from, to, life, has] = bitfields_.take(id);
    auto& peer = peers_[to];
    if (!is_downloading(peer) || !contains(peer.followed, from) || peers_[from].life != life) {
        return;
    }
    const Stopwatch watch(outcome_.scheduler_seconds);
    peer.scheduler->source_joined(peers_[from].id, std::move(has));
    become_restless(to);
}

void World::has_news(PeerIndex index)
{
    auto& peer = peers_[index];
    if (!peer.will_announce) {
        peer.will_announce = true;
        events_.add(std::max(now_, peer.announced + options_.announcing), {Action::announce, index});
    }
}

void World::announce(PeerIndex index)
{
    auto& peer = peers_[index];
    peer.will_announce = false;
    peer.announced = now_;
    auto chunks = std::exchange(peer.fresh, {});
    if (peer.followers.empty() || chunks.empty()) {
        return;
    }
    after(options_.latency, Action::announcement,
          announcements_.add({index, peer.life, peer.followers, std::move(chunks)}));
}

void World::announcement_arrives(std::uint32_t id)
{
    const auto announcement = announcements_.take(id);
    const auto& from = peers_[announcement.from];
    if (from.life != announcement.life) {
        return;
    }
    const Stopwatch watch(outcome_.scheduler_seconds);
    for (const auto index : announcement.followers) {
        auto& peer = peers_[index];
        if (is_downloading(peer)) {
            peer.scheduler->source_has(from.id, announcement.chunks);
            become_thoughtful(index);
        }
    }
}

}  // namespace lanspread::sim
