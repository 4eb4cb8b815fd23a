#pragma once

#include <optional>
#include <string>
#include <vector>

#include "library/local_game.h"
#include "runtime/model.h"
#include "swarm/download_status.h"
#include "wire/messages.h"

/// The party library: what this peer and all the others have, merged into one entry for each game. Pure
/// functions.
namespace lanspread::runtime {

/// What one peer has of one version: all of it, or what it has fetched so far.
struct Offer {
    std::string peer_name;
    wire::GameEntry entry;
};

/// What `get` comes to: the content that is to be here then, which is `local` (our own copy, if any) where
/// nothing is to be fetched. That is the content that most peers hold completely, this one among them; where
/// nobody holds any so, the one that most peers are fetching; the newest version of those that tie, the
/// smallest content id of those that tie still, so that everybody who asks decides alike; but where no
/// `version` is named, our own copy is never given up for an older version. Nothing where nobody has what is
/// asked for.
[[nodiscard]] std::optional<wire::GameEntry> decide_download(const std::vector<Offer>& offers,
                                                             const std::optional<wire::GameEntry>& local,
                                                             const std::string& version);

/// One game, from all the offers of it, our own copy (may be null) and its last download (if any).
[[nodiscard]] Game merge_game(const GameId& id, const std::vector<Offer>& offers,
                              const library::LocalGame* local,
                              const std::optional<swarm::DownloadStatus>& download);

[[nodiscard]] wire::GameEntry to_entry(const library::LocalGame& game);
/// The entry of a game that is here completely, or of a download of it.
[[nodiscard]] wire::GameEntry to_entry(const content::Manifest& manifest, bool complete);
[[nodiscard]] Download to_model(const swarm::DownloadStatus& status);

}  // namespace lanspread::runtime
