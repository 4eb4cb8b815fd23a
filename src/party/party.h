#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "async/signal.h"
#include "async/task.h"
#include "async/task_group.h"
#include "base/address.h"
#include "base/digest.h"
#include "base/error.h"
#include "discovery/discovery.h"
#include "party/library_journal.h"
#include "party/liveness.h"
#include "party/peer_book.h"
#include "party/peer_status.h"
#include "party/roster.h"
#include "party/session.h"
#include "transport/connection.h"
#include "transport/endpoint.h"
#include "wire/messages.h"

namespace lanspread::party {

/// What the party tells its owner, on the owner's thread. Joins and leaves of a peer alternate. All of them
/// are set; they may call the party.
struct Events {
    /// Both Hellos were exchanged: the peer's library is known, and it can be asked.
    std::function<void(const PeerId& peer)> peer_joined;
    /// `reason` is for people: "it said goodbye".
    std::function<void(const PeerId& peer, const std::string& reason)> peer_left;
    std::function<void(const PeerId& peer)> peer_library_changed;
};

/// Answers a request for content on the stream that it came on, and finishes the stream. For one connection
/// at most 64 for manifests and chunks run at once, more wait; and at most 64 Follows, more are refused.
/// Cancelled when the connection ends.
using ContentHandler =
    std::function<Task<void>(PeerId peer, transport::Stream stream, ContentRequest request)>;

using LibraryVisitor =
    std::function<void(const PeerId& peer, const std::string& name, const wire::GameEntry& entry)>;

struct Options {
    std::string name;     ///< display name, at most 64 bytes
    std::string program;  ///< "lanspread 0.1.0"
    /// Where this peer listens now, best first. Called for every handshake.
    std::function<std::vector<Address>()> listen_addresses;
    ContentHandler serve;
    Events events;
    Liveness::Parameters liveness;
};

/// Who is here: finds peers' addresses together, dials, answers, greets, and keeps each peer's library, until
/// the peer leaves. Lives on the core thread.
class Party : private Session::Owner {
public:
    /// `endpoint` outlives the party. `executor` is the one that the endpoint hands its results to.
    Party(Executor executor, transport::Endpoint& endpoint, const PeerId& self, Options options);

    /// Accepts, dials and serves until it is cancelled. Once only.
    [[nodiscard]] Task<void> run();
    /// Tells every peer that this one is about to leave, at the same time, and closes all connections. Takes
    /// at most 300 ms. No connection is made or accepted from here on, and no event is told any more.
    [[nodiscard]] Task<void> goodbye();

    /// Dials HOST:PORT at once, and again whenever nobody is connected there, for ever. Gives the id of the
    /// peer that it turned out to be, or why the first attempt failed. Ends within 15 s; needs `run` to be
    /// running.
    [[nodiscard]] Task<Result<PeerId>> connect(std::string host_port);
    /// The same without waiting: for addresses from the configuration.
    [[nodiscard]] Result<void> keep_connecting(std::string host_port);

    /// A discovery path ("mdns") has seen a peer. Hints only: who it is gets proven when it is dialled.
    void sighted(std::string path, const discovery::Sighting& sighting);
    /// A discovery path has lost a peer: a hint not to dial it any more, where it is not connected.
    void lost(const PeerId& peer);

    /// Ends the connection to a peer, and keeps it out for as long as this process runs.
    void ban(const PeerId& peer, const std::string& reason);

    /// Changes what this peer offers; every peer is told what changed.
    void set_library(const std::vector<wire::GameEntry>& upserts, const std::vector<ContentId>& removals);

    /// By name, those without one last.
    [[nodiscard]] std::vector<PeerStatus> peers() const;
    [[nodiscard]] std::size_t connected_count() const { return sessions_.size(); }
    [[nodiscard]] bool is_connected(const PeerId& peer) const { return sessions_.contains(peer); }
    /// The display name of a peer that is, or was, known; made from its id where it has none.
    [[nodiscard]] std::string name(const PeerId& peer) const;

    /// The connected peers that hold `content`, completely or in part.
    [[nodiscard]] std::vector<Holding> holders(const ContentId& content) const;
    /// The versions of `game` that connected peers hold, completely or in part: several for a peer are
    /// possible.
    [[nodiscard]] std::vector<Holding> holders(const GameId& game) const;
    /// Calls `visit` for every entry of every connected peer's library. The references are valid during the
    /// call only.
    void visit_libraries(const LibraryVisitor& visit) const;

    /// Asks a peer for content. The answer is not decoded yet. `unavailable` where the peer is not connected.
    [[nodiscard]] Task<Result<Answer>> request(PeerId peer, ContentRequest request, TimePoint deadline);
    /// The same for what is answered with data. The stream that comes with the answer is at the first of its
    /// `size` raw bytes. `size` is what the peer says: check it before use.
    [[nodiscard]] Task<Result<std::pair<wire::Data, transport::Stream>>> request_data(PeerId peer,
                                                                                      ContentRequest request,
                                                                                      TimePoint deadline);

private:
    void library_changed(const Session& session) override;
    void said_goodbye(Session& session) override;
    Task<void> serve(PeerId peer, transport::Stream stream, ContentRequest request) override;
    [[nodiscard]] const LibraryJournal& journal() const override { return journal_; }
    [[nodiscard]] Signal& journal_changed() override { return journal_changed_; }

    Task<void> accept_connections();
    Task<void> greet_incoming(transport::SharedConnection connection);
    Task<void> dial_when_due();
    Task<void> dial(PeerBook::Dial dial);
    Task<Result<PeerId>> attempt(PeerBook::Dial dial);
    Task<Result<void>> greet(transport::SharedConnection connection);
    [[nodiscard]] wire::Hello our_hello() const;
    void admit(const transport::SharedConnection& connection, const Greeting& greeting);
    Task<void> run_session(SharedSession session);
    void end(Session& session, PeerBook::Left how, const std::string& reason);
    void tell_left(const PeerId& peer, const std::optional<std::string>& reason);
    [[nodiscard]] double jitter() { return std::uniform_real_distribution<double>(0, 1)(random_); }

    Executor executor_;
    transport::Endpoint& endpoint_;
    PeerId self_;
    Options options_;
    std::mt19937_64 random_;

    PeerBook book_;
    Roster roster_;
    LibraryJournal journal_;
    std::unordered_map<PeerId, SharedSession> sessions_;  ///< the current one of each connected peer
    Signal changed_;  ///< there may be something to dial, or to accept; or a dial has ended
    Signal journal_changed_;
    std::optional<TaskGroup> group_;  ///< while `run` runs
    std::size_t greeted_ = 0;         ///< incoming connections whose Hello is awaited
    std::uint64_t last_connection_ = 0;
    bool is_leaving_ = false;
};

}  // namespace lanspread::party
