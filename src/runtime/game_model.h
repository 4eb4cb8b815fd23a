#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/digest.h"
#include "base/game_id.h"
#include "catalog/language.h"
#include "content/manifest.h"
#include "library/games_folder_state.h"
#include "library/local_game.h"
#include "runtime/model.h"
#include "runtime/party_library.h"
#include "swarm/download_status.h"
#include "wire/facts.h"
#include "wire/messages.h"

/// What is known of games, as it is shown (model.h) and as it is told to others. Pure functions.
namespace lanspread::runtime {

/// What is told about a game to people, and who tells it.
struct KnownFacts {
    const wire::GameFacts* facts = nullptr;  ///< null: nobody does
    std::string_view from = "";              ///< as in Game::facts_from
};

/// The names of the peers that are here. Who is not among them is shown by its id.
using PeerNames = std::unordered_map<PeerId, std::string>;

/// How much is told of a game: what a list has room for, or all, with the members that stay empty in lists.
enum class Detail { list, page };

/// What the entry of a game is made of.
struct GameParts {
    const PartyGame* party = nullptr;  ///< never null
    KnownFacts facts = {};
    bool has_cover = false;           ///< also where these facts name none
    std::string_view operation = "";  ///< as in Game::operation, but for a download, which is known by itself
    std::optional<swarm::DownloadStatus> download = {};
};

/// What is the same for all entries.
struct GameReader {
    const PeerNames& names;
    catalog::Language language;
    Detail detail = Detail::list;
};

[[nodiscard]] Game to_model(const GameId& id, const GameParts& parts, const GameReader& reader);
[[nodiscard]] Download to_model(const swarm::DownloadStatus& status, std::string_view title);

[[nodiscard]] LocalCopy to_copy(const library::LocalGame& game);
[[nodiscard]] LocalCopy to_copy(const library::InstalledGame& game);
[[nodiscard]] LocalCopy to_copy(const library::UnsharedGame& game);
[[nodiscard]] wire::GameEntry to_entry(const library::LocalGame& game);
/// The entry of a game that is here completely, or of a download of it.
[[nodiscard]] wire::GameEntry to_entry(const content::Manifest& manifest, bool complete);

}  // namespace lanspread::runtime
