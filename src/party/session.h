#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "async/signal.h"
#include "async/task.h"
#include "async/task_group.h"
#include "base/address.h"
#include "base/error.h"
#include "party/exchange.h"
#include "party/greeting.h"
#include "party/library_journal.h"
#include "party/library_view.h"
#include "party/liveness.h"
#include "transport/connection.h"
#include "transport/stream.h"
#include "wire/blocks.h"
#include "wire/diagnosis.h"
#include "wire/manifest_parts.h"
#include "wire/messages.h"

namespace lanspread::party {

/// What is asked of the owner of the games.
using ContentRequest = std::variant<wire::GetManifest, wire::GetManifestSums, wire::GetManifestRanges,
                                    wire::GetChunk, wire::GetSums, wire::GetRanges, wire::Follow>;
/// What is asked of whoever knows about the network.
using DiagnosisRequest = std::variant<wire::GetReach, wire::DialBack, wire::TestSpeed, wire::SendFiller>;
/// What is asked of whoever knows what the games are.
using FactsRequest = std::variant<wire::GetFacts, wire::GetCover>;

/// One connection to one peer, from the Hellos to its end: answers what the peer asks, keeps the peer's
/// library, tells it of ours, and pings it when it is silent. Lives on the core thread.
class Session {
public:
    /// What a session tells, and what it needs. Outlives it.
    class Owner {
    public:
        virtual ~Owner() = default;
        /// `session` has learned something new about the peer's games.
        virtual void library_changed(const Session& session) = 0;
        /// The peer is about to leave.
        virtual void said_goodbye(Session& session) = 0;
        /// The answer to `session`'s peer, who asks whom we are connected to.
        [[nodiscard]] virtual wire::Peers peers_for(const Session& session,
                                                    const wire::GetPeers& request) const = 0;
        /// Answers on `stream`. For one connection at most 64 for manifests and chunks run at once, more
        /// wait; and at most 64 Follows, more are refused. Cancelled when the connection ends.
        virtual Task<void> serve(PeerId peer, transport::Stream stream, ContentRequest request) = 0;
        /// The same; for one connection at most 4 run at once, more are refused.
        virtual Task<void> diagnose(PeerId peer, transport::Stream stream, DiagnosisRequest request) = 0;
        /// The same; for one connection at most 4 run at once, more wait.
        virtual Task<void> tell(PeerId peer, transport::Stream stream, FactsRequest request) = 0;
        /// Our library, and the signal that it has a new revision.
        [[nodiscard]] virtual const LibraryJournal& journal() const = 0;
        [[nodiscard]] virtual Signal& journal_changed() = 0;
    };

    /// `number` is the Roster's for this connection.
    Session(Owner& owner, transport::SharedConnection connection, std::uint64_t number,
            const Greeting& greeting, const Liveness::Parameters& liveness);

    /// Serves until the connection is closed. Once only.
    [[nodiscard]] Task<void> run();
    /// Ends the connection; `run` then returns. The first reason counts.
    void close(std::string reason);
    /// Asks the peer something, within `deadline`.
    [[nodiscard]] Task<Result<Answer>> ask(std::string request, TimePoint deadline);
    /// Tells the peer that we leave, and waits until it has heard it.
    [[nodiscard]] Task<void> say_goodbye(TimePoint deadline);
    /// Suspends the caller until the peer has acknowledged what our library is now, or the deadline has
    /// passed.
    [[nodiscard]] Task<void> library_told(TimePoint deadline);
    /// The network has changed: finds out within seconds whether the connection still carries anything.
    void doubt();

    [[nodiscard]] const PeerId& peer() const { return connection_->peer(); }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t number() const { return number_; }
    /// Names the peer's process.
    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
    /// Where the peer listens, as far as this connection tells; the address that is in use first.
    [[nodiscard]] const std::vector<Address>& addresses() const { return addresses_; }
    [[nodiscard]] const LibraryView& library() const { return library_; }
    [[nodiscard]] const transport::Connection& connection() const { return *connection_; }
    /// Why it ended, for people.
    [[nodiscard]] std::string end_reason() const;

private:
    class Place;
    /// Requests that are answered one after the other, with pauses.
    struct Turn {
        TimePoint due = {};
        bool is_awaited = false;
    };

    Task<void> watch_connection();
    Task<void> accept_streams();
    Task<void> answer(transport::Stream stream);
    Task<void> answer_content(transport::Stream stream, ContentRequest request);
    Task<void> answer_follow(transport::Stream stream, wire::Follow request);
    Task<bool> wait_for(Turn* turn);
    Task<void> answer_peers(transport::Stream stream, wire::GetPeers request);
    Task<void> answer_diagnosis(transport::Stream stream, DiagnosisRequest request);
    Task<void> answer_facts(transport::Stream stream, FactsRequest request);
    Task<void> reply(transport::Stream stream, Result<std::string> message);
    template <class Update>
    Task<void> answer_library(transport::Stream stream, Update update);

    Task<void> keep_alive();
    Task<void> ping(TimePoint deadline);
    Task<void> tell_library();
    Task<bool> tell_library_once();
    void heard() { liveness_.heard(Clock::now()); }

    Owner& owner_;
    transport::SharedConnection connection_;
    std::uint64_t number_;
    std::string name_;
    std::uint64_t epoch_;
    std::vector<Address> addresses_;
    std::string end_reason_;
    Liveness liveness_;
    Signal liveness_changed_;
    LibraryView library_;
    Turn library_turn_;                              ///< of the peer's changes
    Turn peers_turn_;                                ///< of its questions for peers
    std::optional<std::uint64_t> acknowledged_rev_;  ///< of our library; nothing: it needs a snapshot
    Signal acknowledged_;                            ///< that has changed
    unsigned gaps_ = 0;                              ///< deltas in a row that were not applied
    std::size_t served_ = 0;                         ///< requests for manifests and chunks at this moment
    std::size_t followed_ = 0;                       ///< Follows at this moment
    std::size_t diagnosed_ = 0;                      ///< questions about the network at this moment
    std::size_t told_ = 0;                           ///< questions about games' facts at this moment
    Signal place_is_free_;
    std::optional<TaskGroup> group_;  ///< while `run` runs
};

/// Shared, because a request may still be under way when another connection takes the session's place.
using SharedSession = std::shared_ptr<Session>;

}  // namespace lanspread::party
