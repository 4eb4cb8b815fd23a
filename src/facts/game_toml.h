#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/safe_path.h"
#include "wire/facts.h"

/// `game.toml`, the file in a game root that says what the game is (docs/own-games.md). TOML 1.0. Pure.
namespace lanspread::facts {

inline constexpr std::string_view game_toml_name = "game.toml";
inline constexpr std::size_t max_game_toml_size = 64 * 1024;

struct GameToml {
    wire::GameFacts facts;          ///< without its `cover`, which the picture's bytes tell
    std::optional<SafePath> cover;  ///< the picture's file, in the game root

    bool operator==(const GameToml&) const = default;
};

/// Reads a text that nobody vouches for. Refuses, as `invalid_input` and with the line ("line 3: players:
/// …"), what is no TOML, names what there is not, or breaks a limit of wire::GameFacts.
[[nodiscard]] Result<GameToml> parse_game_toml(std::string_view text);

/// The text of a file that says the same. `invalid_input` or `refused` where it breaks a limit.
[[nodiscard]] Result<std::string> write_game_toml(const GameToml& game);

}  // namespace lanspread::facts
