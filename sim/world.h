#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/event_queue.h"
#include "sim/outcome.h"
#include "sim/peer.h"
#include "sim/stopwatch.h"

namespace lanspread::sim {

/// A scenario while it runs. For `simulate` alone.
class World {
public:
    explicit World(const Scenario& scenario);

    [[nodiscard]] Outcome run();

private:
    /// Not the clock's zero, at which things that never happened are.
    static constexpr TimePoint start{std::chrono::hours(1)};

    enum class Action : std::uint8_t {
        join,          // of a peer
        leave,         // of a peer, by one of its departures
        greet,         // a peer that joined hears what the others have
        news,          // all hear what a peer has
        gone,          // all hear that a peer has gone
        request,       // arrives
        answer,        // has arrived, and was checked
        give_up,       // arrives
        follow,        // arrives, and is answered with a bitfield
        bitfield,      // arrives
        announce,      // a peer tells its followers what is new
        announcement,  // arrives
        admit,         // an upload queue's next turn
        tick,          // a scheduler is asked, and deadlines are looked at
        ponder,        // a scheduler is asked
        sample,
    };
    /// `object` is what the action needs beside the peer (or, for most messages, the only number).
    struct Event {
        Action action;
        std::uint32_t subject = 0;
        std::uint32_t object = 0;
    };

    void handle(const Event& event);
    void handle_ended_transfers();
    void ask_restless_schedulers();
    [[nodiscard]] bool is_over() const;
    void sample();

    // world_party.cpp: who is here
    void join(PeerIndex peer);
    void depart(PeerIndex peer, std::size_t departure);
    void drop_requests_of(PeerIndex peer, Duration notice);
    void drop_requests_to(PeerIndex peer);
    void look_for_departures();
    void tell_news(PeerIndex about, std::uint32_t life);
    void tell_gone(PeerIndex about, std::uint32_t life);
    void greet(PeerIndex peer, std::uint32_t life);
    void hear_of(PeerIndex peer, PeerIndex about);
    void forget(PeerIndex peer, PeerIndex about);

    // world_follow.cpp: who knows what of whom
    [[nodiscard]] bool may_follow(const Peer& peer, PeerIndex about) const;
    void consider_following(PeerIndex peer, PeerIndex about);
    void fill_followed(PeerIndex peer);
    void follow(PeerIndex peer, PeerIndex about);
    void drop_source(PeerIndex peer, PeerIndex about);
    void follow_arrives(PeerIndex follower, PeerIndex followed);
    void bitfield_arrives(std::uint32_t bitfield);
    void has_news(PeerIndex peer);
    void announce(PeerIndex peer);
    void announcement_arrives(std::uint32_t announcement);

    // world_requester.cpp
    void ask_scheduler(PeerIndex peer);
    void send_request(PeerIndex peer, const swarm::Assignment& assignment);
    void answer_arrives(RequestId request);
    void verify(const Request& request);
    void fail(const Request& request, swarm::ChunkFailure failure);
    void ban(const Request& request);
    void finish(PeerIndex peer);
    void give_up(PeerIndex peer, const std::vector<swarm::ChunkRequest>& requests);
    void tick(PeerIndex peer, std::uint32_t life);
    void look_for_idleness(PeerIndex peer);
    void become_restless(PeerIndex peer);
    void become_thoughtful(PeerIndex peer);

    // world_server.cpp
    void request_arrives(RequestId request);
    void admit(PeerIndex server);
    void serve(RequestId request);
    void transfer_ended(RequestId request);
    void answer(RequestId request, Request::Answer answer, Duration span);
    void give_up_arrives(RequestId request);
    void leave_queue(const Request& request, swarm::UploadQueue::Outcome outcome);
    void stop_flow(const Request& request);
    void release(RequestId request);

    [[nodiscard]] const PeerPlan& plan(PeerIndex peer) const { return scenario_.peers[peer]; }
    [[nodiscard]] bool has(const Peer& peer, std::uint32_t chunk) const;
    [[nodiscard]] static bool is_downloading(const Peer& peer) { return peer.scheduler != nullptr; }
    [[nodiscard]] std::uint64_t rank(PeerIndex peer, std::uint32_t about) const;
    void after(Duration span, Action action, std::uint32_t subject, std::uint32_t object = 0)
    {
        events_.add(now_ + span, {action, subject, object});
    }
    void violated(PeerIndex peer, const std::string& what);

    const Scenario& scenario_;
    const SimulationOptions& options_;  // of the scenario
    Outcome outcome_;
    std::unique_ptr<Network> network_;
    EventQueue<Event> events_;
    TimePoint now_;
    std::vector<Peer> peers_;
    std::unordered_map<PeerId, PeerIndex> index_;
    Pool<Request> requests_;
    Pool<Bitfield> bitfields_;
    Pool<Announcement> announcements_;
    std::vector<RequestId> request_of_transfer_;
    std::vector<PeerIndex> restless_;
    std::vector<TransferId> ended_;  // of handle_ended_transfers, kept to spare allocations
    std::vector<std::pair<PeerIndex, std::uint32_t>> departures_;  // that depend on what was fetched
    std::vector<std::uint16_t> holders_;                           // of each chunk, beside the first sources
    std::vector<bool> was_sent_;                                   // of each chunk: by a first source
    Sample sampled_;                                               // what goes into the next sample
    std::vector<LinkBytes> carried_;                               // when the last one was taken
    std::uint32_t existing_ = 0;                                   // chunks that have such a holder
    std::uint64_t fetched_ = 0;                                    // chunks, by all downloaders
    std::uint64_t wanted_ = 0;                                     // the same, when all are done
    std::uint32_t unfinished_ = 0;                                 // peers that must finish and have not
};

}  // namespace lanspread::sim
