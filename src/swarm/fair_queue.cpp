#include "swarm/fair_queue.h"

namespace lanspread::swarm {

FairQueue::Ticket FairQueue::enter(const PeerId& peer)
{
    const auto ticket = next_ticket_++;
    peers_[peer].waiting.push_back(ticket);
    places_[ticket] = {peer, false};
    return ticket;
}

std::vector<FairQueue::Ticket> FairQueue::admit()
{
    std::vector<Ticket> admitted;
    std::size_t passed = 0;  // peers in a row that could not be served
    auto turn = peers_.upper_bound(last_);
    while (passed < peers_.size()) {
        if (turn == peers_.end()) {
            turn = peers_.begin();
        }
        auto& [id, peer] = *turn++;
        if (!may_be_served(peer)) {
            ++passed;
            continue;
        }
        passed = 0;
        last_ = id;
        const auto ticket = peer.waiting.front();
        peer.waiting.pop_front();
        places_.at(ticket).is_served = true;
        ++peer.serving;
        ++serving_;
        admitted.push_back(ticket);
    }
    return admitted;
}

void FairQueue::leave(Ticket ticket)
{
    const auto place = places_.find(ticket);
    const auto found = peers_.find(place->second.peer);
    auto& peer = found->second;
    if (place->second.is_served) {
        --peer.serving;
        --serving_;
    } else {
        std::erase(peer.waiting, ticket);
    }
    if (peer.serving == 0 && peer.waiting.empty()) {
        peers_.erase(found);
    }
    places_.erase(place);
}

bool FairQueue::may_be_served(const Peer& peer) const
{
    return !peer.waiting.empty() && peer.serving < limits_.per_peer &&
           (serving_ < limits_.total || peer.serving == 0);
}

}  // namespace lanspread::swarm
