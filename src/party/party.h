#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "async/signal.h"
#include "async/task.h"
#include "async/task_group.h"
#include "base/address.h"
#include "base/digest.h"
#include "base/error.h"
#include "discovery/discovery.h"
#include "party/clones.h"
#include "party/dialer.h"
#include "party/flapping.h"
#include "party/gossip_plan.h"
#include "party/library_journal.h"
#include "party/options.h"
#include "party/peer_book.h"
#include "party/peer_status.h"
#include "party/roster.h"
#include "party/rumours.h"
#include "party/session.h"
#include "transport/connection.h"
#include "transport/endpoint.h"
#include "wire/messages.h"

namespace lanspread::party {

using LibraryVisitor =
    std::function<void(const PeerId& peer, const std::string& name, const wire::GameEntry& entry)>;

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

    /// Dials HOST[:PORT] at once, and again whenever nobody is connected there, for ever. Gives the id of the
    /// peer that it turned out to be, or why the first attempt failed. Ends within 20 s; needs `run` to be
    /// running.
    [[nodiscard]] Task<Result<PeerId>> connect(std::string host_port);
    /// The same without waiting: for addresses from the configuration.
    [[nodiscard]] Result<void> keep_connecting(std::string host_port);
    /// Dials it no more, once nobody is connected there. No connection is ended.
    void stop_connecting(const std::string& host_port);

    /// A discovery path ("mdns") has seen a peer. Hints only: who it is gets proven when it is dialled.
    void sighted(std::string path, const discovery::Sighting& sighting);
    /// A discovery path has lost a peer: a hint not to dial it any more, where it is not connected and no
    /// other path sees it.
    void lost(const std::string& path, const PeerId& peer);
    /// Somebody who announces our own id is said to listen at `address`. That is looked into, and believed
    /// where our own key answers there. May be told again and again.
    void clone_seen(const std::string& path, const Address& address);
    /// A card, a cable or an address has come, or this PC was suspended: whoever is not connected is
    /// dialled soon, and every connection must show that it still carries something.
    void network_changed();

    /// Ends the connection to a peer, and keeps it out for as long as this process runs.
    void ban(const PeerId& peer, const std::string& reason);

    /// Changes what this peer offers; every peer is told what changed.
    void set_library(const std::vector<wire::GameEntry>& upserts, const std::vector<ContentId>& removals);

    /// Suspends the caller until every connected peer has acknowledged what was told by `set_library` so far.
    /// Those that are slow about it are waited for until `deadline`.
    [[nodiscard]] Task<void> library_told(TimePoint deadline);

    /// Names this process: random, the one of its library's snapshots.
    [[nodiscard]] std::uint64_t epoch() const { return journal_.epoch(); }
    /// What a person should know: "same identity on two PCs: …".
    [[nodiscard]] std::vector<std::string> problems() const;
    /// By name, those without one last.
    [[nodiscard]] std::vector<PeerStatus> peers() const;
    [[nodiscard]] std::size_t connected_count() const { return sessions_.size(); }
    [[nodiscard]] bool is_connected(const PeerId& peer) const { return sessions_.contains(peer); }
    /// The display name of a peer that is, or was, known; made from its id where it has none, and with a
    /// piece of it where several who are here have that name.
    [[nodiscard]] std::string name(const PeerId& peer) const;

    /// The connected peers that hold `content`, completely or in part.
    [[nodiscard]] std::vector<Holding> holders(const ContentId& content) const;
    /// The versions of `game` that connected peers hold, completely or in part: several for a peer are
    /// possible.
    [[nodiscard]] std::vector<Holding> holders(const GameId& game) const;
    /// What a connected peer has; null where it is not connected. Valid until it changes: not across an
    /// await.
    [[nodiscard]] const LibraryView* library(const PeerId& peer) const;
    /// The names of the connected peers, so that no two are the same.
    [[nodiscard]] std::unordered_map<PeerId, std::string> distinct_names() const;

    /// Calls `visit` for every entry of every connected peer's library. The references are valid during the
    /// call only.
    void visit_libraries(const LibraryVisitor& visit) const;

    /// Asks a peer for content. The answer is not decoded yet. `unavailable` where the peer is not connected.
    [[nodiscard]] Task<Result<Answer>> request(PeerId peer, ContentRequest request, TimePoint deadline);
    /// The same for what it knows about the network.
    [[nodiscard]] Task<Result<Answer>> request(PeerId peer, DiagnosisRequest request, TimePoint deadline);
    /// The same for the facts of a game.
    [[nodiscard]] Task<Result<Answer>> request(PeerId peer, FactsRequest request, TimePoint deadline);
    /// Where a connected peer's packets come from; nothing where it is not connected.
    [[nodiscard]] std::optional<Address> remote(const PeerId& peer) const;
    /// The same for what is answered with data. The stream that comes with the answer is at the first of its
    /// `size` raw bytes. `size` is what the peer says: check it before use.
    [[nodiscard]] Task<Result<std::pair<wire::Data, transport::Stream>>> request_data(PeerId peer,
                                                                                      ContentRequest request,
                                                                                      TimePoint deadline);
    [[nodiscard]] Task<Result<std::pair<wire::Data, transport::Stream>>> request_data(PeerId peer,
                                                                                      FactsRequest request,
                                                                                      TimePoint deadline);

private:
    /// Where our own id is in use, beside here.
    struct OwnClone {
        Address address;
        TimePoint seen;
    };

    void library_changed(const Session& session) override;
    void said_goodbye(Session& session) override;
    [[nodiscard]] wire::Peers peers_for(const Session& session, const wire::GetPeers& request) const override;
    Task<void> serve(PeerId peer, transport::Stream stream, ContentRequest request) override;
    Task<void> diagnose(PeerId peer, transport::Stream stream, DiagnosisRequest request) override;
    Task<void> tell(PeerId peer, transport::Stream stream, FactsRequest request) override;
    [[nodiscard]] const LibraryJournal& journal() const override { return journal_; }
    [[nodiscard]] Signal& journal_changed() override { return journal_changed_; }

    [[nodiscard]] Task<Result<Answer>> ask(PeerId peer, Result<std::string> request, TimePoint deadline);
    [[nodiscard]] static Task<Result<std::pair<wire::Data, transport::Stream>>> expect_data(
        Task<Result<Answer>> asked);

    Task<void> accept_connections();
    Task<void> greet_incoming(transport::SharedConnection connection);
    Task<void> dial_when_due();
    Task<void> dial(PeerBook::Dial dial);
    Task<Result<PeerId>> attempt(PeerBook::Dial dial);
    Task<Result<PeerId>> dial_and_greet(DialRequest request);
    Task<Result<std::vector<Address>>> look_up(std::string host_port);
    Task<Result<std::vector<Address>>> ask_for_port(std::vector<Address> hosts);
    Task<Result<void>> greet(transport::SharedConnection connection);
    [[nodiscard]] Result<void> judge(const PeerId& peer, const wire::Hello& hello);
    [[nodiscard]] wire::Hello our_hello(const Address& remote) const;
    void admit(const transport::SharedConnection& connection, const Greeting& greeting);
    Task<void> run_session(SharedSession session);
    void end(Session& session, PeerBook::Left how, const std::string& reason);
    void tell_left(const PeerId& peer, const std::optional<std::string>& reason);

    // Gossip, in party_gossip.cpp.
    Task<void> gossip_when_due();
    Task<void> ask_for_peers(SharedSession session);
    void hear(const Session& teller, const wire::Peers& answer);
    Task<void> dial_rumour(Rumours::Dial dial);
    [[nodiscard]] bool is_wanted(const PeerId& peer) const;

    // Copies of a key, in party_clones.cpp.
    Task<void> check_clone(std::string path, Address address);
    void own_key_found(const std::string& path, const Address& address);
    void watch_for_clones(const Session& session);
    [[nodiscard]] std::string clone_text(const PeerId& peer) const;
    [[nodiscard]] std::optional<std::string> own_clone_text() const;

    [[nodiscard]] double jitter() { return std::uniform_real_distribution<double>(0, 1)(random_); }

    Executor executor_;
    transport::Endpoint& endpoint_;
    PeerId self_;
    Options options_;
    std::mt19937_64 random_;

    PeerBook book_;
    Roster roster_;
    Rumours rumours_;
    GossipPlan gossip_;
    Clones clones_;
    Flapping flapping_;
    LibraryJournal journal_;
    std::unordered_map<PeerId, SharedSession> sessions_;  ///< the current one of each connected peer
    Signal changed_;  ///< there may be something to dial, or to accept; or a dial has ended
    Signal journal_changed_;
    std::optional<TaskGroup> group_;            ///< while `run` runs
    std::unordered_multiset<PeerId> dialling_;  ///< as somebody in particular, at this moment
    std::vector<OwnClone> own_clones_;          ///< each place once
    std::vector<OwnClone> clone_hints_;         ///< that were looked into of late
    std::size_t greeted_ = 0;                   ///< incoming connections whose Hello is awaited
    std::uint64_t last_connection_ = 0;
    bool is_leaving_ = false;
};

}  // namespace lanspread::party
