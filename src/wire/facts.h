#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

/// What is told about a game to people and to the launcher: from its `game.toml` or a catalog, and from peer
/// to peer. Plain described structs, as in messages.h.
namespace lanspread::wire {

/// BLAKE3 of the facts as the codec writes them.
using FactsHash = Digest<struct FactsHashTag>;
/// BLAKE3 of a cover's file.
using CoverHash = Digest<struct CoverHashTag>;

/// Bytes of a game's facts as the codec writes them, and of the file of a cover.
inline constexpr std::size_t max_facts_size = 64 * 1024;
inline constexpr std::uint64_t max_cover_size = 8 * 1024 * 1024;

// Bytes of texts, and numbers of elements, in a game's facts.
inline constexpr std::size_t max_title_size = 256;
inline constexpr std::size_t max_players_size = 64;
inline constexpr std::size_t max_release_size = 64;
inline constexpr std::size_t max_publisher_size = 256;
inline constexpr std::size_t max_genre_size = 128;         ///< in each language
inline constexpr std::size_t max_readme_size = 16 * 1024;  ///< in each language
inline constexpr std::size_t max_command_size = 1024;
inline constexpr std::size_t max_start_commands = 16;
inline constexpr std::size_t max_keeps = 64;

/// A text in the languages that catalogs have. An empty one is not known.
struct LocalText {
    std::string de;
    std::string en;
    std::string fr;

    bool operator==(const LocalText&) const = default;
};
BOOST_DESCRIBE_STRUCT(LocalText, (), (de, en, fr))

/// How something of a game is started on a platform.
struct StartCommand {
    std::string platform;  ///< "linux", "windows"
    std::string kind;      ///< "game", "server", "setup"
    /// The program, a path below the game's folder, and its arguments behind it, separated by blanks; one
    /// that holds a blank stands between double quotes. Never given to a shell.
    std::string command;

    bool operator==(const StartCommand&) const = default;
};
BOOST_DESCRIBE_STRUCT(StartCommand, (), (platform, kind, command))

/// The picture of a game.
struct CoverRef {
    CoverHash hash;
    std::uint64_t size = 0;  ///< bytes of its file: 1 to max_cover_size
    std::string format;      ///< "jpg", "png"

    bool operator==(const CoverRef&) const = default;
};
BOOST_DESCRIBE_STRUCT(CoverRef, (), (hash, size, format))

/// All that is told about a game. Lines hold no control characters; a readme holds line feeds and tabs.
struct GameFacts {
    std::string title;              ///< never empty
    std::string players;            ///< as it was given: "2 (+ 6 CPU)"
    std::uint32_t max_players = 0;  ///< 0: not known
    std::string release;            ///< when it came out, as it was given
    std::string publisher;
    LocalText genre;
    LocalText readme;
    std::vector<StartCommand> start;  ///< one of a kind for a platform
    std::vector<std::string> keeps;   ///< SafePaths below the game's folder that belong to the user
    std::optional<CoverRef> cover;

    bool operator==(const GameFacts&) const = default;
};
BOOST_DESCRIBE_STRUCT(GameFacts, (),
                      (title, players, max_players, release, publisher, genre, readme, start, keeps, cover))

/// Asks for the facts that an entry of the peer's library names. Answer: Data, and the facts as the codec
/// writes them.
struct GetFacts {
    FactsHash facts;
};
BOOST_DESCRIBE_STRUCT(GetFacts, (), (facts))

/// Asks for the cover that facts of the peer name. Answer: Data, and the bytes of its file.
struct GetCover {
    CoverHash cover;
};
BOOST_DESCRIBE_STRUCT(GetCover, (), (cover))

[[nodiscard]] Result<void> check(const StartCommand& command);
[[nodiscard]] Result<void> check(const CoverRef& cover);
[[nodiscard]] Result<void> check(const GameFacts& facts);

}  // namespace lanspread::wire
