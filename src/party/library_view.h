#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "wire/messages.h"

namespace lanspread::party {

/// The most games that a library may have.
inline constexpr std::size_t max_games = 20'000;

/// What a peer has, as far as it has told. Pure. Deltas may come doubled, late, or not at all: each is
/// applied where it leads on from what is known, is no change where it is old news, and is a gap otherwise,
/// which a snapshot heals.
class LibraryView {
public:
    enum class Outcome {
        unchanged,  ///< old news
        changed,
        gap,  ///< changes before this delta were missed
    };

    /// Replaces everything. `invalid_input` where there are too many games; then nothing is changed.
    [[nodiscard]] Result<Outcome> apply(const wire::LibrarySnapshot& snapshot);
    /// The same error.
    [[nodiscard]] Result<Outcome> apply(const wire::LibraryDelta& delta);

    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
    [[nodiscard]] std::uint64_t rev() const { return rev_; }
    [[nodiscard]] const std::map<GameId, wire::GameEntry>& games() const { return games_; }
    /// The entry with that content; nothing where there is none.
    [[nodiscard]] const wire::GameEntry* find(const ContentId& content) const;

private:
    void put(const wire::GameEntry& entry);
    void remove(const GameId& game);

    std::uint64_t epoch_ = 0;
    std::uint64_t rev_ = 0;
    std::map<GameId, wire::GameEntry> games_;
    std::unordered_multimap<ContentId, GameId>
        by_content_;  // a peer that lies may give two games the same content
};

}  // namespace lanspread::party
