#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "party/library_view.h"
#include "wire/messages.h"

namespace lanspread::party {

/// The most entries in one message: with each of them at its longest it stays below wire::max_message_size.
inline constexpr std::size_t max_entries_per_message = 2000;

/// What we offer, and since which revision: so that each peer can be told just what changed since what it has
/// acknowledged. Pure. Each change of one entry is a revision of its own, so a delta can be cut anywhere and
/// leads to a revision again.
class LibraryJournal {
public:
    /// `epoch` is random: it tells this process from the one before it.
    explicit LibraryJournal(std::uint64_t epoch) : epoch_(epoch) {}

    /// Entries above max_entries are left out. Gives how many those are.
    std::size_t apply(const std::vector<wire::GameEntry>& upserts, const std::vector<ContentId>& removals);

    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
    [[nodiscard]] std::uint64_t rev() const { return rev_; }

    /// Everything, where that fits into one message; else nothing at revision 0, from which deltas lead on.
    [[nodiscard]] wire::LibrarySnapshot snapshot() const;
    /// The next step from `rev` on; several may be needed. Nothing where changes that old are forgotten: send
    /// a snapshot.
    [[nodiscard]] std::optional<wire::LibraryDelta> delta_from(std::uint64_t rev) const;

private:
    struct Change {
        ContentId content;
        std::optional<wire::GameEntry> entry;  ///< nothing: removed
    };

    /// Removals that are remembered. Each costs a hundred bytes; forgetting one costs some peer a snapshot.
    static constexpr std::size_t max_removals = 4096;

    void record(Change change);
    void forget_old_removals();

    std::uint64_t epoch_;
    std::uint64_t rev_ = 0;
    std::map<std::uint64_t, Change> changes_;  ///< the last one of each content, by its revision
    std::map<ContentId, std::uint64_t> last_change_;
    std::size_t removals_ = 0;  ///< among changes_
    std::uint64_t complete_from_ =
        0;  ///< removals at or before this revision may be forgotten; later ones are all known
};

}  // namespace lanspread::party
