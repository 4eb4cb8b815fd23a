#include <algorithm>

#include "sim/world.h"

/// Who is here.
namespace lanspread::sim {

void World::join(PeerIndex index)
{
    auto& peer = peers_[index];
    peer.is_here = true;
    ++peer.life;
    if (!peer.has_joined) {
        peer.has_joined = true;
        peer.first_joined = now_;
    }
    if (!peer.has_all) {
        auto options = options_.scheduler;
        options.seed = rank(index, peer.life);
        if (peer.kept.size() == 0) {
            peer.kept = swarm::ChunkSet::none_of(scenario_.chunks);
            peer.asked = peer.kept;
        }
        const Stopwatch watch(outcome_.scheduler_seconds);
        peer.scheduler = std::make_unique<swarm::Scheduler>(
            std::vector(scenario_.chunks, scenario_.chunk_size), peer.kept, options);
        peer.busy = now_;
        // Ticks of peers that start together need not come together.
        after(options_.tick * (rank(index, 0) % 100 + 1) / 100, Action::tick, index, peer.life);
    }
    after(options_.latency, Action::news, index, peer.life);
    after(options_.latency, Action::greet, index, peer.life);
}

void World::depart(PeerIndex index, std::size_t number)
{
    auto& peer = peers_[index];
    const auto& departure = plan(index).departures[number];
    if (peer.departed[number] || !peer.is_here) {
        return;
    }
    peer.departed[number] = true;
    const auto notice = departure.says_goodbye ? options_.latency : options_.notice;
    drop_requests_of(index, notice);
    drop_requests_to(index);
    if (is_downloading(peer)) {
        peer.kept = peer.scheduler->verified();
        peer.scheduler.reset();
    }
    peer.is_here = false;
    peer.told = Holding::nothing;
    peer.queue = swarm::UploadQueue(options_.upload);
    peer.followed.clear();
    peer.followers.clear();
    peer.fresh.clear();
    after(notice, Action::gone, index, peer.life);
    if (departure.away != Duration::max()) {
        after(departure.away, Action::join, index);
    }
}

/// What the peer asked for is given up; the servers notice later, and nothing flows to it meanwhile.
void World::drop_requests_of(PeerIndex index, Duration notice)
{
    for (const auto& open : peers_[index].open) {
        auto& request = requests_[open.request];
        request.is_given_up = true;
        if (request.state == Request::State::flowing) {
            stop_flow(request);
            request.state = Request::State::stuck;
        }
        after(std::max(notice, options_.latency), Action::give_up, open.request);
    }
    peers_[index].open.clear();
}

/// What others asked of the peer gets no answer.
void World::drop_requests_to(PeerIndex index)
{
    auto& peer = peers_[index];
    std::vector<RequestId> dropped;
    for (const auto& [ticket, id] : peer.tickets) {
        dropped.push_back(id);
    }
    std::ranges::sort(dropped);
    for (const auto id : dropped) {
        auto& request = requests_[id];
        if (request.state == Request::State::flowing) {
            stop_flow(request);
        }
        request.state = Request::State::dead;
        release(id);
    }
    peer.tickets.clear();
}

/// Departures that wait for what the downloaders have.
void World::look_for_departures()
{
    std::erase_if(departures_, [this](const auto& pending) {
        const auto [peer, number] = pending;
        const auto& departure = plan(peer).departures[number];
        const auto fetched = static_cast<double>(fetched_) / static_cast<double>(std::max(wanted_, 1UL));
        const bool is_due = (departure.when_fetched && fetched >= *departure.when_fetched) ||
                            (departure.when_everything_exists && existing_ == scenario_.chunks);
        if (is_due) {
            after({}, Action::leave, peer, number);
        }
        return is_due;
    });
}

void World::tell_news(PeerIndex about, std::uint32_t life)
{
    auto& teller = peers_[about];
    if (!teller.is_here || teller.life != life) {
        return;
    }
    const bool is_back = teller.told == Holding::nothing && life > 1;
    teller.told = teller.has_all ? Holding::all : Holding::part;
    for (PeerIndex peer = 0; peer < peers_.size(); ++peer) {
        if (is_back) {
            forget(peer, about);
        }
        hear_of(peer, about);
    }
}

void World::tell_gone(PeerIndex about, std::uint32_t life)
{
    if (peers_[about].is_here || peers_[about].life != life) {
        return;  // it is back, and the others hear of that
    }
    for (PeerIndex peer = 0; peer < peers_.size(); ++peer) {
        forget(peer, about);
    }
}

void World::greet(PeerIndex index, std::uint32_t life)
{
    if (!peers_[index].is_here || peers_[index].life != life) {
        return;
    }
    for (PeerIndex about = 0; about < peers_.size(); ++about) {
        hear_of(index, about);
    }
}

void World::hear_of(PeerIndex index, PeerIndex about)
{
    auto& peer = peers_[index];
    const auto& other = peers_[about];
    if (index == about || !is_downloading(peer) || other.told == Holding::nothing) {
        return;
    }
    if (other.told == Holding::part) {
        consider_following(index, about);
        return;
    }
    {
        const Stopwatch watch(outcome_.scheduler_seconds);
        peer.scheduler->source_joined(other.id, swarm::ChunkSet::all_of(scenario_.chunks));
    }
    if (std::erase(peer.followed, about) > 0) {
        fill_followed(index);  // who has all need not be followed
    }
    become_thoughtful(index);
}

void World::forget(PeerIndex index, PeerIndex about)
{
    auto& peer = peers_[index];
    if (index == about || !peer.is_here) {
        return;
    }
    peer.queue.peer_left(peers_[about].id);
    std::erase(peer.followers, about);
    if (!is_downloading(peer)) {
        return;
    }
    drop_source(index, about);
    if (std::erase(peer.followed, about) > 0) {
        fill_followed(index);
    }
    become_restless(index);
}

}  // namespace lanspread::sim
