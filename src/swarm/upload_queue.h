#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"

namespace lanspread::swarm {

struct UploadOptions {
    std::uint32_t per_peer = 16;          ///< served at once
    std::uint32_t in_all = 64;            ///< served at once
    std::uint32_t at_least = 2;           ///< served at once, so that the disk is read while the wire is busy
    std::chrono::milliseconds ahead{20};  ///< how long the wire may be busy with what is being served
    double assumed_rate = 4.0 * 1024 * 1024;  ///< bytes a second that go out, before any were measured
};

/// Decides which requests for chunks are served now, which wait, and which are sent to somebody else. Pure:
/// told what happened and what time it is. One peer has one, for all that it serves. The rules:
///
/// 1. *Peers in turn*, not requests: whose last turn is longest ago is next, so a peer with sixty requests
///    gets no more than one with two; a newcomer has its turn after all who wait. A peer of
///    which nothing is being served has its turn even when the house is full: slow peers that hold every
///    place cannot keep a newcomer out.
/// 2. *What nobody has goes first.* A chunk that was given to nobody yet is served before one that another
///    peer was given. A complete holder goes further: while fresh requests wait, some of its chunks were
///    given to nobody yet, or that chunk is on its way to somebody, it answers the others with who was given
///    the chunk (`elsewhere`), a few times in a row. So a single source sends each chunk once before it sends
///    one twice. (Known as super-seeding; BEP 16 does it by hiding chunks.)
/// 3. *Few at once.* A chunk can be passed on when it is whole, so chunks go out one behind the other rather
///    than side by side: another one is begun when what is being served keeps the wire busy for less than
///    `ahead`. But where the receivers' links are full, a few do not fill ours: so one for a peer that is not
///    being served is also begun each time that half of one could have gone out at our best rate.
class UploadQueue {
public:
    using Ticket = std::uint64_t;
    struct Request {
        PeerId peer;
        ContentId content;
        /// Of those that the content has, for memory is taken by this number; nothing: the manifest.
        std::optional<std::uint32_t> chunk;
        std::uint32_t size = 0;  ///< bytes
        /// How many chunks the content has, where we have all of them; 0: it is a download of ours.
        std::uint32_t chunks = 0;
    };
    /// A request's turn has come: serve it, or send its peer to another one.
    struct Turn {
        Ticket ticket = 0;
        std::optional<PeerId> elsewhere;
    };
    enum class Outcome { sent, given_up };

    explicit UploadQueue(UploadOptions options) : options_(options) {}
    // A copy's lines would hold the peers of the original; what is moved keeps its own.
    UploadQueue(const UploadQueue&) = delete;
    UploadQueue& operator=(const UploadQueue&) = delete;
    UploadQueue(UploadQueue&&) = default;
    UploadQueue& operator=(UploadQueue&&) = default;
    ~UploadQueue() = default;

    /// A request comes in, and waits.
    [[nodiscard]] Ticket enter(const Request& request);
    /// Whose turn it is now, in order. Those that are to be served are being served from here on; the others
    /// are to leave. To be called after each event, and at `next_turn`.
    [[nodiscard]] std::vector<Turn> admit(TimePoint now);
    /// When a request that waits may have its turn although nothing happens.
    [[nodiscard]] std::optional<TimePoint> next_turn() const;
    /// A request was answered, or was given up, waiting or half way.
    void leave(Ticket ticket, Outcome outcome, TimePoint now);
    /// The peer is gone: what it was given counts as given to nobody. Its requests leave one by one.
    void peer_left(const PeerId& peer);
    /// The content is not served any more, or by other means: what was given of it is forgotten.
    void forget(const ContentId& content);

    [[nodiscard]] std::uint32_t serving() const { return serving_; }
    /// Whether something of that content is on its way to somebody.
    [[nodiscard]] bool is_serving(const ContentId& content) const;
    [[nodiscard]] std::size_t waiting() const { return fresh_.requests + second_hand_.requests; }

private:
    using Chunk = std::pair<ContentId, std::optional<std::uint32_t>>;
    struct ChunkKeyHash {
        std::size_t operator()(const Chunk& chunk) const noexcept
        {
            return std::hash<ContentId>()(chunk.first) + (chunk.second ? std::size_t{*chunk.second} + 1 : 0);
        }
    };
    struct Peer {
        std::uint64_t turn = 0;     // the lowest is next; no two have the same
        std::vector<Ticket> fresh;  // these two wait
        std::vector<Ticket> second_hand;
        std::uint32_t serving = 0;
        std::uint32_t places = 0;  // requests that have not left
    };
    enum class State { waiting, serving, sent_away };
    struct Place {
        Request request;
        Peer* peer;
        State state = State::waiting;
        bool is_fresh = true;      // while it waits
        bool stays_fresh = false;  // whatever is given to others
    };
    /// Requests that wait, by the turns of their peers.
    struct Line {
        std::vector<Ticket> Peer::* tickets;
        std::map<std::uint64_t, Peer*> turns{};
        std::size_t requests = 0;
    };
    /// Who wants a chunk.
    struct Demand {
        std::vector<Ticket> waiting;
        unsigned serving = 0;  // to how many peers it is being sent
    };
    /// To whom each chunk of a content was given last: 0 for nobody, else the index into `peers` plus 1.
    struct Given {
        std::vector<PeerId> peers;
        std::unordered_map<PeerId, std::uint16_t> numbers;  // the index plus 1 of each
        std::vector<std::uint16_t> to;
        std::uint32_t count = 0;  // of the chunks that were given to somebody
    };
    struct SentAway {
        std::unordered_map<Chunk, std::pair<PeerId, unsigned>, ChunkKeyHash>
            times;              // to whom last, how often
        unsigned in_a_row = 0;  // since it was given what nobody had
    };
    enum class Room { none, for_peers_that_are_not_served, for_all };

    [[nodiscard]] Room room(TimePoint now) const;
    [[nodiscard]] bool may_be_served(const Peer& peer, Room room) const;
    [[nodiscard]] double rate() const { return best_rate_ > 0 ? best_rate_ : options_.assumed_rate; }
    [[nodiscard]] std::optional<PeerId> given_to(const Request& request) const;
    [[nodiscard]] std::optional<Ticket> next(const Line& line, Room room) const;
    void serve(Ticket ticket, TimePoint now);
    void pass_turn(Peer& peer);
    void send_away(std::vector<Turn>& turns);
    [[nodiscard]] std::optional<PeerId> elsewhere(const Request& request) const;
    void prefer(Ticket ticket, bool for_good);
    void give(const Request& request);
    void take_back(const Request& request);
    [[nodiscard]] Line& line_of(const Place& place) { return place.is_fresh ? fresh_ : second_hand_; }
    void join_line(Ticket ticket, const Place& place);
    void leave_line(Ticket ticket, const Place& place);
    void stop_waiting(Ticket ticket, const Place& place);
    void stop_serving(const Request& request, Outcome outcome, TimePoint now);
    void measure(std::uint32_t bytes, TimePoint now);

    UploadOptions options_;
    std::unordered_map<PeerId, Peer> peers_;  // that have a place
    std::unordered_map<Ticket, Place> places_;
    std::unordered_map<Chunk, Demand, ChunkKeyHash> demands_;
    Line fresh_{.tickets = &Peer::fresh};
    Line second_hand_{.tickets = &Peer::second_hand};
    std::size_t may_be_elsewhere_ = 0;  // of the second-hand ones: for a content that we have all of
    std::map<ContentId, Given> given_;
    std::unordered_map<PeerId, SentAway> sent_away_;
    bool may_send_away_ = false;  // something has changed since it was looked whom to
    std::uint64_t last_turn_ = 0;
    Ticket next_ticket_ = 1;
    std::uint32_t serving_ = 0;
    std::uint64_t bytes_serving_ = 0;
    TimePoint paced_until_{};  // when time alone lets another one begin
    double best_rate_ = 0;     // bytes a second; 0: not measured yet
    TimePoint busy_since_{};   // the last measurement, or the end of an idle time after it
    Duration sample_span_{};   // busy time
    std::uint64_t sample_bytes_ = 0;
};

}  // namespace lanspread::swarm
