#include "sim/world.h"

#include <fmt/format.h>

#include "sim/fair_network.h"
#include "sim/queued_network.h"
#include "sim/random.h"
#include "sim/simulation.h"

namespace lanspread::sim {

namespace {

/// A run that goes wrong goes wrong very often.
constexpr std::size_t most_violations = 20;

std::unique_ptr<Network> make_network(const Scenario& scenario)
{
    std::vector<LinkRates> links;
    for (const auto& peer : scenario.peers) {
        links.push_back(peer.link);
    }
    if (scenario.options.network == NetworkModel::fair) {
        return std::make_unique<FairNetwork>(links);
    }
    return std::make_unique<QueuedNetwork>(links);
}

PeerId id_of(PeerIndex peer, std::uint64_t seed)
{
    PeerId id;
    for (std::size_t place = 0; place < PeerId::size; ++place) {
        id.bytes[place] = static_cast<std::byte>(mixed(seed, peer, place));
    }
    return id;
}

}  // namespace

Outcome simulate(const Scenario& scenario) { return World(scenario).run(); }

World::World(const Scenario& scenario)
    : scenario_(scenario),
      options_(scenario.options),
      network_(make_network(scenario)),
      now_(start),
      holders_(scenario.chunks),
      was_sent_(scenario.chunks),
      carried_(scenario.peers.size())
{
    if (options_.sampling > Duration::zero() && options_.on_sample) {
        after(options_.sampling, Action::sample, 0);
    }
    outcome_.peers.resize(scenario.peers.size());
    for (PeerIndex peer = 0; peer < scenario.peers.size(); ++peer) {
        peers_.emplace_back(id_of(peer, options_.seed), options_.upload);
        auto& added = peers_.back();
        index_.emplace(added.id, peer);
        added.has_all = plan(peer).is_source;
        added.departed.resize(plan(peer).departures.size());
        after(plan(peer).joins, Action::join, peer);
        for (std::uint32_t number = 0; number < plan(peer).departures.size(); ++number) {
            const auto& departure = plan(peer).departures[number];
            if (departure.at) {
                after(*departure.at, Action::leave, peer, number);
            }
            if (departure.when_fetched || departure.when_everything_exists) {
                departures_.emplace_back(peer, number);
            }
        }
        unfinished_ += must_finish(plan(peer)) ? 1 : 0;
        wanted_ += must_finish(plan(peer)) ? scenario.chunks : 0;
    }
}

Outcome World::run()
{
    while (!is_over()) {
        const auto next = std::min(events_.next_time(), network_->next_end());
        if (next > start + options_.time_limit) {
            now_ = start + options_.time_limit;
            break;
        }
        now_ = next;
        if (network_->next_end() <= now_) {
            handle_ended_transfers();
        }
        while (events_.next_time() <= now_) {
            ++outcome_.events;
            handle(events_.take());
        }
        ask_restless_schedulers();
    }
    outcome_.ended = now_ - start;
    for (PeerIndex peer = 0; peer < peers_.size(); ++peer) {
        const auto& asked = peers_[peer].asked;
        outcome_.peers[peer].never_asked = asked.size() - asked.count();
    }
    return std::move(outcome_);
}

bool World::is_over() const { return unfinished_ == 0 || outcome_.violations.size() >= most_violations; }

void World::handle(const Event& event)
{
    switch (event.action) {
        case Action::join: return join(event.subject);
        case Action::leave: return depart(event.subject, event.object);
        case Action::greet: return greet(event.subject, event.object);
        case Action::news: return tell_news(event.subject, event.object);
        case Action::gone: return tell_gone(event.subject, event.object);
        case Action::request: return request_arrives(event.subject);
        case Action::answer: return answer_arrives(event.subject);
        case Action::give_up: return give_up_arrives(event.subject);
        case Action::follow: return follow_arrives(event.subject, event.object);
        case Action::bitfield: return bitfield_arrives(event.subject);
        case Action::announce: return announce(event.subject);
        case Action::announcement: return announcement_arrives(event.subject);
        case Action::admit: return admit(event.subject);
        case Action::tick: return tick(event.subject, event.object);
        case Action::sample: return sample();
        case Action::ponder:
            peers_[event.subject].is_pondering = false;
            return become_restless(event.subject);
    }
}

void World::handle_ended_transfers()
{
    ended_.clear();
    network_->take_ended(now_, ended_);
    for (auto& transfer : ended_) {
        transfer = request_of_transfer_[transfer];  // before new transfers get the same numbers
    }
    for (const auto request : ended_) {
        ++outcome_.events;
        transfer_ended(request);
    }
}

void World::sample()
{
    LinkBytes source_room;
    LinkBytes room;
    LinkBytes used;
    const auto carried = network_->carried(now_);
    for (PeerIndex peer = 0; peer < peers_.size(); ++peer) {
        const auto up = carried[peer].up - carried_[peer].up;
        const auto down = carried[peer].down - carried_[peer].down;
        const auto could_up = peers_[peer].is_here ? bytes_in(options_.sampling, plan(peer).link.up) : 0;
        if (plan(peer).is_source) {
            source_room.up += could_up;
            sampled_.sources_up += up;
            continue;
        }
        room.up += could_up;
        room.down += is_downloading(peers_[peer]) ? bytes_in(options_.sampling, plan(peer).link.down) : 0;
        used.up += up;
        used.down += down;
    }
    carried_ = carried;
    sampled_.until = now_ - start;
    sampled_.sources_up /= std::max(source_room.up, 1.0);
    sampled_.downloaders_up = used.up / std::max(room.up, 1.0);
    sampled_.downloaders_down = used.down / std::max(room.down, 1.0);
    sampled_.fetched = static_cast<double>(fetched_) / static_cast<double>(wanted_);
    options_.on_sample(std::exchange(sampled_, {}));
    after(options_.sampling, Action::sample, 0);
}

void World::ask_restless_schedulers()
{
    for (std::size_t place = 0; place < restless_.size(); ++place) {
        peers_[restless_[place]].is_restless = false;
        ask_scheduler(restless_[place]);
    }
    restless_.clear();
}

bool World::has(const Peer& peer, std::uint32_t chunk) const
{
    return peer.has_all || (peer.scheduler && peer.scheduler->verified().contains(chunk));
}

void World::violated(PeerIndex peer, const std::string& what)
{
    const auto seconds = std::chrono::duration<double>(now_ - start).count();
    outcome_.violations.push_back(fmt::format("{:.3f} s: peer {}: {}", seconds, peer, what));
}

}  // namespace lanspread::sim
