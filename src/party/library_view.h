#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "wire/messages.h"

namespace lanspread::party {

/// The most entries that a library may have.
inline constexpr std::size_t max_entries = 20'000;

/// What a peer has, as far as it has told: games that are complete, and those that it is fetching. Pure.
/// Deltas may come doubled, late, or not at all: each is applied where it leads on from what is known, is no
/// change where it is old news, and is a gap otherwise, which a snapshot heals.
class LibraryView {
public:
    enum class Outcome {
        unchanged,  ///< old news
        changed,
        gap,  ///< changes before this delta were missed
    };

    /// Replaces everything. `invalid_input` where there are too many entries; then nothing is changed.
    [[nodiscard]] Result<Outcome> apply(const wire::LibrarySnapshot& snapshot);
    /// The same error.
    [[nodiscard]] Result<Outcome> apply(const wire::LibraryDelta& delta);

    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
    [[nodiscard]] std::uint64_t rev() const { return rev_; }
    [[nodiscard]] const std::map<ContentId, wire::GameEntry>& entries() const { return entries_; }
    /// The contents that the last delta has put or removed; nothing after a snapshot: then any may have
    /// changed.
    [[nodiscard]] const std::optional<std::set<ContentId>>& last_changes() const { return last_changes_; }
    /// How many of the entries are complete.
    [[nodiscard]] std::size_t complete_count() const { return complete_count_; }
    /// The entry with that content; null where there is none.
    [[nodiscard]] const wire::GameEntry* find(const ContentId& content) const;
    /// All entries of a game, by content id. Valid until the next change.
    [[nodiscard]] std::vector<const wire::GameEntry*> find(const GameId& game) const;

private:
    void put(const wire::GameEntry& entry);
    void remove(const ContentId& content);

    std::uint64_t epoch_ = 0;
    std::uint64_t rev_ = 0;
    std::map<ContentId, wire::GameEntry> entries_;
    std::set<std::pair<GameId, ContentId>> by_game_;  ///< of all entries
    std::size_t complete_count_ = 0;                  ///< among the entries
    std::optional<std::set<ContentId>> last_changes_;
};

}  // namespace lanspread::party
