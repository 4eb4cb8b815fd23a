#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/game_id.h"

namespace lanspread::swarm {

/// The numbers are on disk (state.db).
enum class Priority : std::uint8_t { high = 1, normal = 2, low = 3 };

/// "high", "normal", "low": for the command line and the control API.
[[nodiscard]] std::string_view to_string(Priority priority);
/// Nothing where `text` is none of these.
[[nodiscard]] std::optional<Priority> parse_priority(std::string_view text);

/// The order in which downloads are fetched: by priority, and within one by the order in which they were
/// asked for, or into which a person has put them. Only so many run at once: the first ones that can. Where
/// one that can run stands before one that does run, it takes its place. Pure.
class DownloadQueue {
public:
    struct Item {
        GameId game;
        Priority priority = Priority::normal;

        bool operator==(const Item&) const = default;
    };

    /// At the end of its priority. One that is in the queue stays where it is.
    void add(const GameId& game, Priority priority);
    void remove(const GameId& game);
    /// At the end of the new priority; the same priority again changes nothing.
    void set_priority(const GameId& game, Priority priority);
    /// To a position as `position` counts, or as near to it as its priority allows.
    void move(const GameId& game, std::size_t position);

    [[nodiscard]] const std::vector<Item>& items() const { return items_; }
    [[nodiscard]] bool contains(const GameId& game) const { return position(game) != 0; }
    /// From 1; 0 where it is not in the queue.
    [[nodiscard]] std::size_t position(const GameId& game) const;
    /// `normal` where it is not in the queue.
    [[nodiscard]] Priority priority(const GameId& game) const;

    /// The downloads that run: the first `places` of those that can.
    [[nodiscard]] std::set<GameId> admit(std::size_t places,
                                         const std::function<bool(const GameId&)>& can_run) const;

private:
    std::vector<Item> items_;
};

}  // namespace lanspread::swarm
