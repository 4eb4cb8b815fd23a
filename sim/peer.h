#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/network.h"
#include "sim/pool.h"
#include "swarm/scheduler.h"
#include "swarm/upload_queue.h"

/// What a simulated swarm is made of; its World moves it.
namespace lanspread::sim {

/// Whether it is one of a list, which is short.
[[nodiscard]] inline bool contains(const std::vector<PeerIndex>& list, PeerIndex peer)
{
    return std::ranges::find(list, peer) != list.end();
}

/// What a peer has, as far as the others were told.
enum class Holding { nothing, part, all };

/// One request, from both sides. It is gone when nothing refers to it any more: not the requester's list, not
/// the server that will answer, no message on its way.
struct Request {
    enum class State {
        travelling,
        waiting,   // in the server's queue
        flowing,   // through the network
        stuck,     // it was flowing, and its receiver has vanished
        answered,  // the answer is on its way, or has come
        dead,      // there will be no answer
    };
    enum class Answer { chunk, wrong_bytes, elsewhere, missing };

    PeerIndex requester = 0;
    PeerIndex server = 0;
    std::uint32_t requester_life = 0;
    std::uint32_t server_life = 0;
    std::uint32_t chunk = 0;
    State state = State::travelling;
    Answer answer = Answer::chunk;
    bool is_given_up = false;  // by the requester
    std::uint8_t references = 0;
    swarm::UploadQueue::Ticket ticket = 0;
    TransferId transfer = 0;
    TimePoint deadline{};  // for its first byte
};
using RequestId = Pool<Request>::Id;

/// A simulated peer. What it has is the scheduler's verified set while it downloads, and `kept` while it is
/// away.
struct Peer {
    /// A request that it waits for.
    struct Open {
        PeerIndex source;
        std::uint32_t chunk;
        RequestId request;
    };

    Peer(const PeerId& peer_id, const swarm::UploadOptions& upload) : id(peer_id), queue(upload) {}

    PeerId id;
    bool is_here = false;
    bool has_all = false;
    bool has_joined = false;  // ever
    std::uint32_t life = 0;   // counts its joins: news of an earlier life are old
    TimePoint first_joined{};
    Holding told = Holding::nothing;
    std::vector<bool> departed{};  // which of its planned departures are over

    // As a downloader
    std::unique_ptr<swarm::Scheduler> scheduler{};
    swarm::ChunkSet kept{};
    swarm::ChunkSet asked{};  // that it ever asked somebody for
    std::vector<Open> open{};
    std::vector<PeerIndex> followed{};  // partial holders; the bitfields of some may be on their way
    std::vector<PeerIndex> banned{};    // for wrong bytes
    bool is_restless = false;           // its scheduler is to be asked before time goes on
    bool is_pondering = false;          // its scheduler will be asked soon
    TimePoint busy{};                   // when it last had a request, or nobody to ask

    // As a server
    swarm::UploadQueue queue;
    std::unordered_map<swarm::UploadQueue::Ticket, RequestId> tickets{};
    TimePoint next_admit = TimePoint::max();
    std::vector<PeerIndex> followers{};
    std::vector<std::uint32_t> fresh{};  // chunks that were not announced yet
    bool will_announce = false;
    TimePoint announced{};
};

/// The first answer to Follow, on its way.
struct Bitfield {
    PeerIndex from = 0;
    PeerIndex to = 0;
    std::uint32_t life = 0;  // of the sender
    swarm::ChunkSet has{};
};

/// A Have on its way to all that follow.
struct Announcement {
    PeerIndex from = 0;
    std::uint32_t life = 0;  // of the sender
    std::vector<PeerIndex> followers{};
    std::vector<std::uint32_t> chunks{};
};

}  // namespace lanspread::sim
