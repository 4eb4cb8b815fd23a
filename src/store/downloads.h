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
    stopped = 3,    ///< cancelled or failed, and kept: go on only when somebody asks for it again
    paused = 4,     ///< keep its place in the queue, and fetch nothing until it is resumed
    /// A damaged game becomes a partial download of itself: move its files there, again if need be, then
    /// `running`. `verified` says which chunks are good.
    repairing = 5,
};

/// Where a download stands in the queue: by priority, then by place.
struct QueuePlace {
    ContentId content;
    std::uint8_t priority = 2;  ///< swarm::Priority
    std::int64_t place = 0;
};

/// A partial download as it is remembered.
struct DownloadRecord {
    GameId game;
    std::string version;  ///< 8 digits
    ContentId content;
    std::filesystem::path games_folder;  ///< the game root is the folder `game` in it
    DownloadState state = DownloadState::running;
    Bytes verified;                    ///< bitmap of verified chunks, in the format of its owner; empty: none
    std::int64_t created_ms = 0;       ///< when it was first asked for, since the Unix epoch
    std::uint8_t priority = 2;         ///< swarm::Priority: 1 high, 2 normal, 3 low
    std::int64_t place = 0;            ///< among those of its priority
    std::uint64_t bytes_verified = 0;  ///< of the chunks in `verified`
    std::uint64_t bytes_total = 0;     ///< 0: not known

    bool operator==(const DownloadRecord&) const = default;
};

/// The partial downloads, by content id. Their manifests stand in Manifests.
class Downloads {
public:
    explicit Downloads(Database& database) : database_(database) {}

    /// Adds the record, or replaces the one of the same content.
    [[nodiscard]] Result<void> save(const DownloadRecord& record);
    /// All, in the order of the queue. A record that does not parse is logged and left out.
    [[nodiscard]] Result<std::vector<DownloadRecord>> load_all();
    /// `not_found` where there is no such record, as for set_state.
    [[nodiscard]] Result<void> set_verified(const ContentId& content, ByteSpan bitmap,
                                            std::uint64_t bytes_verified, std::uint64_t bytes_total);
    [[nodiscard]] Result<void> set_state(const ContentId& content, DownloadState state);
    /// Notes all of them or none. Contents that have no record are passed over.
    [[nodiscard]] Result<void> set_places(const std::vector<QueuePlace>& places);
    /// Idempotent.
    [[nodiscard]] Result<void> remove(const ContentId& content);

private:
    Database& database_;
};

}  // namespace lanspread::store
