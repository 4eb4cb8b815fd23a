#include "party/library_view.h"

#include <algorithm>

#include <fmt/format.h>

namespace lanspread::party {

namespace {

std::unexpected<Error> too_many()
{
    return fail(ErrorCode::invalid_input, fmt::format("library: more than {} games", max_games));
}

}  // namespace

Result<LibraryView::Outcome> LibraryView::apply(const wire::LibrarySnapshot& snapshot)
{
    if (snapshot.games.size() > max_games) {
        return too_many();
    }
    LibraryView fresh;
    fresh.epoch_ = snapshot.epoch;
    fresh.rev_ = snapshot.rev;
    for (const auto& entry : snapshot.games) {
        fresh.put(entry);
    }
    const bool is_changed = fresh.games_ != games_;
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
    const auto is_new = [this](const wire::GameEntry& entry) { return !games_.contains(entry.game); };
    const auto added = static_cast<std::size_t>(std::ranges::count_if(delta.upserts, is_new));
    if (games_.size() + added > max_games) {
        return too_many();
    }
    for (const auto& game : delta.removals) {
        remove(game);
    }
    for (const auto& entry : delta.upserts) {
        put(entry);
    }
    rev_ = delta.to_rev;
    return Outcome::changed;
}

const wire::GameEntry* LibraryView::find(const ContentId& content) const
{
    const auto found = by_content_.find(content);
    return found == by_content_.end() ? nullptr : &games_.at(found->second);
}

void LibraryView::put(const wire::GameEntry& entry)
{
    remove(entry.game);
    games_.emplace(entry.game, entry);
    by_content_.emplace(entry.content, entry.game);
}

void LibraryView::remove(const GameId& game)
{
    const auto found = games_.find(game);
    if (found == games_.end()) {
        return;
    }
    auto [begin, end] = by_content_.equal_range(found->second.content);
    by_content_.erase(std::find_if(begin, end, [&game](const auto& pair) { return pair.second == game; }));
    games_.erase(found);
}

}  // namespace lanspread::party
