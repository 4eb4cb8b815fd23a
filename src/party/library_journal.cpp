#include "party/library_journal.h"

#include <algorithm>

namespace lanspread::party {

std::size_t LibraryJournal::apply(const std::vector<wire::GameEntry>& upserts,
                                  const std::vector<ContentId>& removals)
{
    const auto known = [this](const ContentId& content) -> const Change* {
        const auto found = last_change_.find(content);
        return found == last_change_.end() ? nullptr : &changes_.at(found->second);
    };
    for (const auto& content : removals) {
        const auto* last = known(content);
        if (last != nullptr && last->entry) {
            record({.content = content, .entry = std::nullopt});
        }
    }
    std::size_t left_out = 0;
    for (const auto& entry : upserts) {
        const auto* last = known(entry.content);
        const bool is_new = last == nullptr || !last->entry;
        if (is_new && changes_.size() - removals_ == max_entries) {
            ++left_out;
        } else if (is_new || *last->entry != entry) {
            record({.content = entry.content, .entry = entry});
        }
    }
    forget_old_removals();
    return left_out;
}

wire::LibrarySnapshot LibraryJournal::snapshot() const
{
    if (changes_.size() - removals_ > max_entries_per_message) {
        return {.epoch = epoch_, .rev = 0, .games = {}};
    }
    wire::LibrarySnapshot snapshot{.epoch = epoch_, .rev = rev_, .games = {}};
    for (const auto& [content, rev] : last_change_) {
        if (const auto& entry = changes_.at(rev).entry) {
            snapshot.games.push_back(*entry);
        }
    }
    return snapshot;
}

std::optional<wire::LibraryDelta> LibraryJournal::delta_from(std::uint64_t rev) const
{
    // Who has revision 0 has nothing, so there is nothing that could have to be removed.
    if (rev > rev_ || (rev != 0 && rev < complete_from_)) {
        return std::nullopt;
    }
    wire::LibraryDelta delta{.epoch = epoch_, .from_rev = rev, .to_rev = rev_, .upserts = {}, .removals = {}};
    std::size_t entries = 0;
    for (auto change = changes_.upper_bound(rev); change != changes_.end(); ++change) {
        if (++entries > max_entries_per_message) {
            delta.to_rev = std::prev(change)->first;
            break;
        }
        if (change->second.entry) {
            delta.upserts.push_back(*change->second.entry);
        } else {
            delta.removals.push_back(change->second.content);
        }
    }
    return delta;
}

void LibraryJournal::record(Change change)
{
    if (const auto last = last_change_.find(change.content); last != last_change_.end()) {
        removals_ -= changes_.at(last->second).entry ? 0 : 1;
        changes_.erase(last->second);
    }
    removals_ += change.entry ? 0 : 1;
    last_change_[change.content] = ++rev_;
    changes_.emplace(rev_, std::move(change));
}

void LibraryJournal::forget_old_removals()
{
    for (auto change = changes_.begin(); removals_ > max_removals;) {
        if (change->second.entry) {
            ++change;
            continue;
        }
        complete_from_ = change->first;
        last_change_.erase(change->second.content);
        change = changes_.erase(change);
        --removals_;
    }
}

}  // namespace lanspread::party
