#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/game_id.h"
#include "catalog/snapshot.h"
#include "facts/encoded_facts.h"
#include "facts/root_facts.h"
#include "runtime/game_model.h"

namespace lanspread::runtime {

/// Where the picture of a game lies on this disk.
struct CoverPlace {
    std::filesystem::path path;    ///< of the picture, or of the game root where `file` is set
    std::optional<SafePath> file;  ///< below the game root
    wire::CoverRef cover;
};

/// Reads a picture. `unavailable` where it is another one by now. Blocks.
[[nodiscard]] Result<Bytes> read_cover(const CoverPlace& place);

/// What this peer itself knows of games: by the game.toml of its roots, else by its catalog; and that as it
/// is told to others. On the core thread; no I/O.
class OwnFacts {
public:
    /// What the root of a game says; replaces what it said before. An error is why it says nothing.
    void set_root(const GameId& game, const std::filesystem::path& root, Result<facts::RootFacts> facts);
    void remove_root(const GameId& game);
    /// The catalog as it is now. `changed` are the games that are others in it.
    void set_catalog(std::shared_ptr<const catalog::CatalogSnapshot> catalog,
                     const std::vector<GameId>& changed);

    /// Valid until the next call that is not const.
    [[nodiscard]] KnownFacts known(const GameId& game) const;
    [[nodiscard]] std::optional<CoverPlace> cover(const GameId& game) const;
    /// "game.toml of doom (/games/doom): line 3: …"
    [[nodiscard]] std::vector<std::string> problems() const;

    /// The facts that are told of a game that we have; from then on they can be asked for. Nothing where we
    /// know none.
    [[nodiscard]] std::optional<wire::FactsHash> tell(const GameId& game);
    /// We do not have the game any more.
    void stop_telling(const GameId& game);
    /// What was told by that hash; null where it was not.
    [[nodiscard]] const std::string* told(const wire::FactsHash& hash) const;
    /// The picture of a game that we tell of.
    [[nodiscard]] std::optional<CoverPlace> told_cover(const wire::CoverHash& hash) const;

private:
    struct Root {
        std::filesystem::path path;
        std::optional<facts::RootFacts> facts;
        std::string problem;
    };
    struct Told {
        facts::EncodedFacts encoded;
        std::optional<CoverPlace> cover;
    };

    std::map<GameId, Root> roots_;
    std::shared_ptr<const catalog::CatalogSnapshot> catalog_ =
        std::make_shared<const catalog::CatalogSnapshot>();
    std::map<GameId, Told> told_;
    std::set<std::pair<wire::FactsHash, GameId>> by_facts_;
    std::set<std::pair<wire::CoverHash, GameId>> by_cover_;
};

}  // namespace lanspread::runtime
