#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/game_id.h"

namespace lanspread::runtime {

// The names of operations: as in Game::operation.
inline constexpr std::string_view verifying = "verifying";
inline constexpr std::string_view repairing = "repairing";
inline constexpr std::string_view removing = "removing";

/// What is being done with each game beside downloads, which have a queue of their own: one thing at a time.
/// On the core thread.
class Operations {
public:
    /// While one lives, the operation runs. Must not outlive the Operations.
    using Running = std::shared_ptr<void>;

    /// `name` is one of those above. `refused` where something is being done with the game already.
    [[nodiscard]] Result<Running> begin(const GameId& game, std::string_view name)
    {
        if (starting_.contains(game)) {
            return fail(
                ErrorCode::refused,
                fmt::format("{}: a download of it begins at this moment; cancel that first", game.text()));
        }
        if (const auto [place, is_first] = running_.try_emplace(game, name); !is_first) {
            return fail(ErrorCode::refused, fmt::format("{}: {} at this moment; try again when that is over",
                                                        game.text(), place->second));
        }
        return Running(nullptr, [this, game](std::nullptr_t) { running_.erase(game); });
    }

    /// A download of the game is about to be queued, by several askers perhaps; `begin` is refused meanwhile.
    /// `refused` while the game is being removed.
    [[nodiscard]] Result<Running> begin_download(const GameId& game)
    {
        if (of(game) == removing) {
            return fail(
                ErrorCode::refused,
                fmt::format("{} is being removed at this moment; ask again when it is gone", game.text()));
        }
        const auto place = starting_.insert(game);
        return Running(nullptr, [this, place](std::nullptr_t) { starting_.erase(place); });
    }

    /// Empty where nothing is being done.
    [[nodiscard]] std::string_view of(const GameId& game) const
    {
        const auto found = running_.find(game);
        return found == running_.end() ? std::string_view() : found->second;
    }

private:
    std::map<GameId, std::string_view> running_;
    std::multiset<GameId> starting_;  ///< of begin_download
};

}  // namespace lanspread::runtime
