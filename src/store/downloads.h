#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "store/database.h"

namespace lanspread::store {

/// What a restart does with a download. The numbers are on disk.
enum class DownloadState : std::uint8_t {
    running = 1,    ///< go on fetching
    finishing = 2,  ///< all is verified: move it into place, again if need be
    stopped = 3,    ///< cancelled and kept: go on only when somebody asks for it again
};

/// A partial download as it is remembered.
struct DownloadRecord {
    GameId game;
    std::string version;  ///< 8 digits
    ContentId content;
    std::filesystem::path games_folder;  ///< the game root is the folder `game` in it
    DownloadState state = DownloadState::running;
    Bytes verified;               ///< bitmap of verified chunks, in the format of its owner; empty: none
    std::int64_t created_ms = 0;  ///< when it was first asked for, since the Unix epoch

    bool operator==(const DownloadRecord&) const = default;
};

/// The partial downloads, by content id. Their manifests stand in Manifests.
class Downloads {
public:
    explicit Downloads(Database& database) : database_(database) {}

    /// Adds the record, or replaces the one of the same content.
    [[nodiscard]] Result<void> save(const DownloadRecord& record);
    /// All, oldest first. A record that does not parse is logged and left out.
    [[nodiscard]] Result<std::vector<DownloadRecord>> load_all();
    /// `not_found` where there is no such record, as for set_state.
    [[nodiscard]] Result<void> set_verified(const ContentId& content, ByteSpan bitmap);
    [[nodiscard]] Result<void> set_state(const ContentId& content, DownloadState state);
    /// Idempotent.
    [[nodiscard]] Result<void> remove(const ContentId& content);

private:
    Database& database_;
};

}  // namespace lanspread::store
