#include "library/game_table.h"

namespace lanspread::library {

void GameTable::put(LocalGamePtr game)
{
    auto& place = by_id_[game->id];
    const auto before = place;
    if (before) {
        by_content_.erase(before->content);
    }
    place = game;
    by_content_[game->content] = game;
    if (!before || before->content != game->content || before->root != game->root ||
        before->installed != game->installed) {
        tell({.before = before, .after = std::move(game)});
    }
}

void GameTable::remove(const GameId& game)
{
    const auto found = by_id_.find(game);
    if (found == by_id_.end()) {
        return;
    }
    const auto before = found->second;
    by_content_.erase(before->content);
    by_id_.erase(found);
    tell({.before = before, .after = nullptr});
}

std::vector<LocalGamePtr> GameTable::games() const
{
    std::vector<LocalGamePtr> games;
    games.reserve(by_id_.size());
    for (const auto& [id, game] : by_id_) {
        games.push_back(game);
    }
    return games;
}

LocalGamePtr GameTable::find(const GameId& game) const
{
    const auto found = by_id_.find(game);
    return found == by_id_.end() ? nullptr : found->second;
}

LocalGamePtr GameTable::find(const ContentId& content) const
{
    const auto found = by_content_.find(content);
    return found == by_content_.end() ? nullptr : found->second;
}

void GameTable::tell(const Change& change)
{
    ++rev_;
    for (const auto& listener : listeners_) {
        listener(change);
    }
}

}  // namespace lanspread::library
