#pragma once

#include "base/error.h"

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace lanspread {

/// A game's id, which is also the name of its folder. Ids come from catalogs, folders, peers and people, so
/// one can only be made by `parse`: a single safe path component (see SafePath) of at most 64 bytes.
class GameId {
public:
    GameId() = default;  ///< empty: only a place to read one into
    [[nodiscard]] static Result<GameId> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    auto operator<=>(const GameId&) const = default;

private:
    std::string text_;
};

}  // namespace lanspread

template <>
struct std::hash<lanspread::GameId> {
    std::size_t operator()(const lanspread::GameId& id) const noexcept
    {
        return std::hash<std::string>{}(id.text());
    }
};
