#include "party/library_view.h"

#include <algorithm>

#include <fmt/format.h>

namespace lanspread::party {

namespace {

std::unexpected<Error> too_many()
{
    return fail(ErrorCode::invalid_input, fmt::format("library: more than {} entries", max_entries));
}

}  // namespace

Result<LibraryView::Outcome> LibraryView::apply(const wire::LibrarySnapshot& snapshot)
{
    if (snapshot.games.size() > max_entries) {
        return too_many();
    }
    LibraryView fresh;
    fresh.epoch_ = snapshot.epoch;
    fresh.rev_ = snapshot.rev;
    for (const auto& entry : snapshot.games) {
        fresh.put(entry);
    }
    const bool is_changed = fresh.entries_ != entries_;
    *this = std::move(fresh);
    return is_changed ? Outcome::changed : Outcome::unchanged;
}

Result<LibraryView::Outcome> LibraryView::apply(const wire::LibraryDelta& delta)
{
    if (delta.epoch != epoch_ || delta.from_rev > rev_) {
        return Outcome::gap;
    }
    if (delta.to_rev <= rev_) {
        return Outcome::unchanged;
    }
    const auto is_new = [this](const wire::GameEntry& entry) { return !entries_.contains(entry.content); };
    const auto added = static_cast<std::size_t>(std::ranges::count_if(delta.upserts, is_new));
    std::set<ContentId> removed(delta.removals.begin(), delta.removals.end());
    std::erase_if(removed, [this](const ContentId& content) { return !entries_.contains(content); });
    if (entries_.size() - removed.size() + added > max_entries) {
        return too_many();
    }
    last_changes_.emplace(delta.removals.begin(), delta.removals.end());
    for (const auto& content : delta.removals) {
        remove(content);
    }
    for (const auto& entry : delta.upserts) {
        last_changes_->insert(entry.content);
        put(entry);
    }
    rev_ = delta.to_rev;
    return Outcome::changed;
}

const wire::GameEntry* LibraryView::find(const ContentId& content) const
{
    const auto found = entries_.find(content);
    return found == entries_.end() ? nullptr : &found->second;
}

std::vector<const wire::GameEntry*> LibraryView::find(const GameId& game) const
{
    std::vector<const wire::GameEntry*> found;
    for (auto pair = by_game_.lower_bound({game, ContentId{}}); pair != by_game_.end() && pair->first == game;
         ++pair) {
        found.push_back(&entries_.at(pair->second));
    }
    return found;
}

void LibraryView::put(const wire::GameEntry& entry)
{
    remove(entry.content);
    entries_.emplace(entry.content, entry);
    by_game_.emplace(entry.game, entry.content);
    complete_count_ += entry.complete ? 1 : 0;
}

void LibraryView::remove(const ContentId& content)
{
    const auto found = entries_.find(content);
    if (found == entries_.end()) {
        return;
    }
    complete_count_ -= found->second.complete ? 1 : 0;
    by_game_.erase({found->second.game, content});
    entries_.erase(found);
}

}  // namespace lanspread::party
