#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/game_id.h"
#include "wire/facts.h"

namespace lanspread::runtime {

/// What other peers tell about games: whose facts count, which are to be fetched of whom, and what was
/// fetched. Pure: time is a parameter. What peers can make it keep and fetch is bounded:
///   - facts are kept by their hash, once, while a peer tells them; of one peer at most
///     `max_size_of_peer`, of all `max_size`;
///   - only those that count for a game, of which we know nothing better, are fetched;
///   - a peer is asked `max_asked_of_peer` at once, `burst` times and then once in `interval`, and not again
///     for what it did not have.
class ToldFacts {
public:
    struct Parameters {
        unsigned max_asked = 8;
        unsigned max_asked_of_peer = 4;
        double burst = 4096;  ///< a large library, told at once
        Duration interval = std::chrono::milliseconds(100);
        std::size_t max_size = std::size_t{64} * 1024 * 1024;
        std::size_t max_size_of_peer = std::size_t{8} * 1024 * 1024;
        Duration rest = std::chrono::seconds(5);  ///< of a peer that did not answer
    };
    /// Facts that are to be asked for.
    struct Fetch {
        PeerId peer;
        GameId game;
        wire::FactsHash facts;
    };
    enum class Outcome {
        got,
        unusable,  ///< the right bytes, which are no facts
        missing,   ///< the peer does not have what it tells of
        failed,    ///< no answer
    };

    /// `is_known` says whether we know a game better than others can tell.
    ToldFacts(std::function<bool(const GameId&)> is_known, const Parameters& parameters)
        : is_known_(std::move(is_known)), parameters_(parameters)
    {
    }
    explicit ToldFacts(std::function<bool(const GameId&)> is_known) : ToldFacts(std::move(is_known), {}) {}

    /// What the peer tells about the game now; nothing: nothing.
    void set(const PeerId& peer, const GameId& game, const std::optional<wire::FactsHash>& facts);
    void remove(const PeerId& peer);
    /// What `is_known` says of the game may be another thing now.
    void reconsider(const GameId& game);

    /// The facts that count: those which most peers tell, the smallest hash where several are told by as
    /// many. What nobody could be brought to give does not count.
    [[nodiscard]] std::optional<wire::FactsHash> best(const GameId& game) const;
    /// The same, where they were fetched; else null. Valid until the next call that is not const.
    [[nodiscard]] const wire::GameFacts* find(const GameId& game) const;
    /// Who tells the facts that count.
    [[nodiscard]] std::vector<PeerId> tellers(const GameId& game) const;

    /// What to ask for next, and of whom; nothing where nothing is to be asked now. `finish` follows.
    [[nodiscard]] std::optional<Fetch> next(TimePoint now);
    /// `facts` where they are there, and how many bytes they came in.
    void finish(const Fetch& fetch, Outcome outcome, TimePoint now, std::optional<wire::GameFacts> facts = {},
                std::size_t size = 0);
    /// Whether there is something to be asked for, now or later.
    [[nodiscard]] bool is_waiting() const { return !wanted_.empty(); }

    /// The games of which `find` may give another thing than when this was asked last.
    [[nodiscard]] std::set<GameId> take_changes() { return std::exchange(changes_, {}); }
    /// Bytes of the facts that are kept.
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    /// What one peer tells about one game.
    struct Telling {
        PeerId peer;
        wire::FactsHash facts;
        unsigned failures = 0;  ///< from max_failures on it does not count
    };
    struct Kept {
        std::optional<wire::GameFacts> facts;  ///< nothing: they were unusable
        std::size_t size = 0;
        PeerId from;
    };
    struct Peer {
        unsigned asked = 0;  ///< at this moment
        double saved = 0;    ///< so many questions are free
        TimePoint last_asked;
        TimePoint rests_until;
        std::size_t size = 0;  ///< of what was fetched from it
    };
    using Tellings = std::vector<Telling>;  // of one game; those of the same facts side by side

    [[nodiscard]] bool counts(const Telling& telling) const;
    [[nodiscard]] Telling* find_telling(const PeerId& peer, const GameId& game);
    [[nodiscard]] Peer* free_peer(const PeerId& id, TimePoint now);
    [[nodiscard]] std::optional<Fetch> choose(const GameId& game, TimePoint now);
    void keep(const wire::FactsHash& hash, Kept kept);
    void forget_telling(const wire::FactsHash& hash);
    [[nodiscard]] bool is_wanted(const GameId& game) const;
    void consider(const GameId& game);

    static constexpr unsigned max_failures = 3;

    std::function<bool(const GameId&)> is_known_;
    Parameters parameters_;
    std::map<GameId, Tellings> games_;
    std::unordered_map<wire::FactsHash, std::uint32_t> told_;  ///< how often each is told
    std::unordered_map<wire::FactsHash, Kept> kept_;
    std::unordered_map<PeerId, Peer> peers_;
    std::set<GameId> wanted_;  ///< their best facts are not here
    GameId last_looked_at_;    ///< of wanted_
    std::unordered_set<wire::FactsHash> asked_for_;
    unsigned asked_ = 0;
    std::size_t size_ = 0;
    std::set<GameId> changes_;
};

}  // namespace lanspread::runtime
