#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/game_id.h"
#include "wire/messages.h"

/// The party library: what this peer, all others and the catalog have, merged into one entry for each game.
/// No I/O, no clock.
namespace lanspread::runtime {

/// A content of a game. Versions before contents, so that order goes from the oldest version to the newest.
using VersionKey = std::pair<std::string, ContentId>;

/// What one peer says about a content that it has: all of it, or what it has fetched so far.
struct Claim {
    PeerId peer;
    bool complete = true;
    std::uint64_t size = 0;  ///< bytes
    std::uint32_t files = 0;

    bool operator==(const Claim&) const = default;
};

/// What this peer has of a game.
struct LocalCopy {
    enum class State {
        shared,          ///< complete, and served
        installed_only,  ///< unpacked, and not downloaded
        damaged,         ///< found so by verifying
        folder_missing,  ///< its games folder is not there now
        not_shared,      ///< there, but not as it must be
    };

    State state = State::shared;
    bool installed = false;
    std::string version = {};  ///< empty where it is not known
    ContentId content = {};    ///< of `shared` alone
    std::uint64_t size = 0;    ///< the same
    std::uint32_t files = 0;   ///< the same
    std::string path = {};     ///< its game root
    std::string problem = {};  ///< for people, where it is not shared; else empty

    bool operator==(const LocalCopy&) const = default;
};

/// The word for `state` in Game::local_state.
[[nodiscard]] std::string_view to_string(LocalCopy::State state);

/// What the catalog says that matters here.
struct CatalogEntry {
    std::string version;     ///< 8 digits; empty where it does not tell
    std::uint64_t size = 0;  ///< bytes; 0 where it does not tell

    bool operator==(const CatalogEntry&) const = default;
};

/// Why a version is the current one.
enum class CurrentBy {
    nothing,  ///< there is none
    catalog,
    most_peers,
};

/// The word for `reason` in Game::current_by.
[[nodiscard]] std::string_view to_string(CurrentBy reason);

/// What follows from who has what of a game: see judge.
struct Verdict {
    /// The version that the catalog names, whoever has it; where it names none, the one that most hold.
    std::string current_version;
    CurrentBy current_by = CurrentBy::nothing;
    /// The content that is meant by it: of that version the one that most hold. Nothing where nobody has it.
    std::optional<VersionKey> current;
    /// What is to be here after a `get`: see decide_download.
    std::optional<VersionKey> wanted;

    bool operator==(const Verdict&) const = default;
};

/// All about one game but its facts.
struct PartyGame {
    /// The peers that have each content, complete ones first, then by id. No list is empty.
    std::map<VersionKey, std::vector<Claim>> held;
    std::optional<LocalCopy> local;
    std::optional<CatalogEntry> catalog;

    bool operator==(const PartyGame&) const = default;

    /// Our own content, where it is shared.
    [[nodiscard]] std::optional<VersionKey> shared() const;
    /// Bytes of a content, by our own copy, else as its first holder says; 0 where nobody has it.
    [[nodiscard]] std::uint64_t size_of(const VersionKey& content) const;
    [[nodiscard]] std::uint32_t files_of(const VersionKey& content) const;
};

/// Costs as much as looking at all who hold the game.
[[nodiscard]] Verdict judge(const PartyGame& game);

/// What `get` comes to: the content that is to be here then, which is our own where nothing is to be fetched.
/// With a `version`, it is the content of that version that most peers hold completely, this one among them;
/// where nobody holds any so, the one that most peers are fetching; of those that tie our own, else the one
/// with the smallest content id, so that all who have none decide alike. Without one, it is the current
/// version's where somebody has that completely, else the one of all versions that most hold, the newest of
/// those that tie; but our own copy is never given up for an older version. Nothing where nobody has what is
/// asked for.
[[nodiscard]] std::optional<VersionKey> decide_download(const PartyGame& game, const std::string& version);

/// Every game of the party, kept merged: a change costs what it changes. The order of the changes does not
/// matter, only what holds at the end. Lives on one thread.
class PartyLibrary {
public:
    using Entries = std::map<ContentId, wire::GameEntry>;

    // All that the peer has, in place of what it had; or what it has now, and has no more. Each gives the
    // games that have changed by it.
    std::vector<GameId> set_library(const PeerId& peer, const Entries& entries);
    std::vector<GameId> put(const PeerId& peer, const wire::GameEntry& entry);
    std::vector<GameId> remove(const PeerId& peer, const ContentId& content);
    /// The peer has left.
    void remove_peer(const PeerId& peer);

    /// What this peer has of a game now; nothing where it has none of it.
    void set_local(const GameId& game, std::optional<LocalCopy> copy);
    /// All that the catalog knows, in place of what it knew.
    void set_catalog(const std::map<GameId, CatalogEntry>& catalog);

    /// Those that somebody has or the catalog knows.
    [[nodiscard]] const std::map<GameId, PartyGame>& games() const { return games_; }
    /// Null where there is nothing of it. Valid until the next change.
    [[nodiscard]] const PartyGame* find(const GameId& game) const;

private:
    using Games = std::map<GameId, PartyGame>;
    using Held = std::map<VersionKey, std::vector<Claim>>;
    /// Where a claim of a peer stands.
    struct Place {
        Games::iterator game;
        Held::iterator held;
    };
    using Places = std::unordered_map<ContentId, Place>;

    void put(const PeerId& peer, Places& places, const wire::GameEntry& entry, std::vector<GameId>& changed);
    [[nodiscard]] Place place_of(const wire::GameEntry& entry);
    void take_back(const PeerId& peer, const Place& place);
    void drop_if_empty(Games::iterator game);

    Games games_;
    std::unordered_map<PeerId, Places> peers_;
    /// Where a content stands, so that it is not looked for by name; one place of it, should peers not agree.
    Places contents_;
};

}  // namespace lanspread::runtime
