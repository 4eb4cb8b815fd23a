#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

#include "library/library.h"

namespace lanspread::library {

/// The games that are published, and who is told when that changes. One thread.
class GameTable {
public:
    /// Adds the game, or replaces the one of its id. Nobody is told where content, place and whether it is
    /// installed stay the same.
    void put(LocalGamePtr game);
    /// Fine where it is not there.
    void remove(const GameId& game);

    [[nodiscard]] std::vector<LocalGamePtr> games() const;
    [[nodiscard]] LocalGamePtr find(const GameId& game) const;
    [[nodiscard]] LocalGamePtr find(const ContentId& content) const;
    [[nodiscard]] std::uint64_t rev() const { return rev_; }

    void on_change(std::function<void(const Change&)> listener) { listeners_.push_back(std::move(listener)); }

private:
    void tell(const Change& change);

    std::map<GameId, LocalGamePtr> by_id_;
    std::unordered_map<ContentId, LocalGamePtr> by_content_;
    std::uint64_t rev_ = 0;
    std::vector<std::function<void(const Change&)>> listeners_;
};

}  // namespace lanspread::library
