#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "async/signal.h"
#include "async/task.h"
#include "async/task_group.h"
#include "catalog/snapshot.h"
#include "library/library.h"
#include "party/party.h"
#include "runtime/game_model.h"
#include "runtime/own_facts.h"
#include "runtime/told_facts.h"
#include "transport/stream.h"
#include "wire/facts.h"

namespace lanspread::runtime {

/// What is told about every game, here and in the party: reads the game.toml of our roots, follows the
/// catalog, fetches what others tell, and answers what they ask. For one game counts the game.toml of our own
/// root, then our catalog, then what most peers that have it tell. Lives on the core thread; what it is given
/// outlives it, and it outlives its coroutines.
class GameFacts {
public:
    struct Environment {
        party::Party& party;
        /// The library's game; null where it has none.
        std::function<library::LocalGamePtr(const GameId& game)> find_local;
        asio::thread_pool& disk_pool;
    };

    explicit GameFacts(Environment environment);

    /// What is known of a game, and by whom. Valid until the next co_await.
    [[nodiscard]] KnownFacts known(const GameId& game) const;
    /// What a person should do about a game.toml.
    [[nodiscard]] std::vector<std::string> problems() const { return own_.problems(); }
    /// Adds a listener, for as long as this lives: called with the games of which something else is known,
    /// or told, than before.
    void on_change(std::function<void(const std::vector<GameId>&)> listener);

    /// What the party is told about a game that we have, complete or in part.
    [[nodiscard]] std::optional<wire::FactsHash> told(const GameId& game) { return own_.tell(game); }

    // What has changed.
    void library_changed(const library::Change& change);
    void catalog_changed(std::shared_ptr<const catalog::CatalogSnapshot> catalog,
                         const std::vector<GameId>& games);
    void peer_joined(const PeerId& peer);
    void peer_changed(const PeerId& peer, const std::vector<GameId>& games);
    void peer_left(const PeerId& peer);

    /// The service: reads and fetches until it is cancelled. May be run again.
    [[nodiscard]] Task<void> run();
    /// Writes the answer to `request` on `stream`, on which it was read.
    [[nodiscard]] Task<void> tell(PeerId peer, transport::Stream stream, party::FactsRequest request);
    /// The picture that the facts of the game name: from this disk, else from one of those who tell them.
    /// `not_found` where there is none.
    [[nodiscard]] Task<Result<Bytes>> cover_bytes(GameId game);

private:
    /// Bytes that were asked for by their hash: `not_found` and the like are the peer's, `corrupt` is proven.
    struct Question {
        party::FactsRequest request;
        std::uint64_t max_size;
        Duration patience;
    };
    class Asked;

    Task<void> read_roots();
    Task<void> fetch_when_due();
    Task<void> fetch(ToldFacts::Fetch fetch);
    Task<Result<Bytes>> ask(PeerId peer, Question question);
    Task<Result<Bytes>> fetch_cover(PeerId peer, wire::CoverRef cover);
    void ban(const PeerId& peer, const std::string& what, const Error& error);
    void tell_changes(const std::vector<GameId>& games);
    void tell_of_peers(const PeerId& peer, const GameId& game);
    void take_changes();

    Environment environment_;
    OwnFacts own_;
    ToldFacts told_by_peers_;
    std::vector<std::function<void(const std::vector<GameId>&)>> listeners_;
    std::map<GameId, library::LocalGamePtr> to_read_;
    Signal something_to_read_;
    Signal something_to_fetch_;
    Signal picture_is_gone_;
    std::multiset<PeerId> pictures_;  ///< that are read or sent at this moment, by whom they are for
    std::optional<TaskGroup> group_;  ///< while `run` runs
};

}  // namespace lanspread::runtime
