#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "base/digest.h"

namespace lanspread::swarm {

/// Who is served next. Pure. Turns go round over the peers, not over their requests, so that a peer with
/// sixty requests gets no more than one with two. A peer of which nothing is being served has its turn even
/// when the house is full: slow peers that hold every place cannot keep a newcomer out. So at most `total`
/// plus one for each peer are served at once.
class FairQueue {
public:
    using Ticket = std::uint64_t;
    struct Limits {
        std::uint32_t per_peer = 16;  ///< served at once
        std::uint32_t total = 64;
    };

    explicit FairQueue(Limits limits) : limits_(limits) {}

    /// A request of `peer` comes in, and waits.
    [[nodiscard]] Ticket enter(const PeerId& peer);
    /// The requests whose turn it is now, in order. They are being served from here on.
    [[nodiscard]] std::vector<Ticket> admit();
    /// A request has been served, or was given up while it waited.
    void leave(Ticket ticket);

    [[nodiscard]] std::uint32_t serving() const { return serving_; }

private:
    struct Peer {
        std::deque<Ticket> waiting;
        std::uint32_t serving = 0;
    };
    struct Place {
        PeerId peer;
        bool is_served = false;
    };

    [[nodiscard]] bool may_be_served(const Peer& peer) const;

    Limits limits_;
    std::map<PeerId, Peer> peers_;
    std::map<Ticket, Place> places_;
    PeerId last_{};  // whose turn was last
    Ticket next_ticket_ = 1;
    std::uint32_t serving_ = 0;
};

}  // namespace lanspread::swarm
