#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/signal.h"
#include "async/task_group.h"
#include "base/error.h"
#include "content/manifest.h"
#include "store/downloads.h"
#include "swarm/allowance.h"
#include "swarm/chunk_set.h"
#include "swarm/download_queue.h"
#include "swarm/download_status.h"
#include "swarm/environment.h"

namespace lanspread::swarm {

class Download;
struct DownloadRequest;

/// What a person sets for all downloads.
struct DownloadSettings {
    std::size_t parallel = 2;            ///< how many run at once
    std::uint64_t bytes_per_second = 0;  ///< of all together; 0: no limit
    bool leaves_room_to_install = true;  ///< a download begins only if installing it will have room, too
};

/// All downloads of this peer, in a queue: at most one for each game, and so many at once as the settings say
/// (DownloadQueue). One that waits for a source or for space lets others run meanwhile. What was verified
/// survives the process, and so do the queue's order and who is paused; a download that was running when the
/// process ended, however it ended, goes on by itself.
///
/// Each download that was started tells its end by exactly one event (done, failed or cancelled), after
/// `snapshot` and, for done, the library show it. A download that is stopped by the end of `run` has not
/// ended: it goes on in the next process.
///
/// Lives on the thread that runs the executor. What the commands change is in the store when they return.
class Downloads {
public:
    explicit Downloads(DownloadEnvironment environment);
    ~Downloads();

    /// Takes up what the last process left: the records in the order of the queue. Once, before `run`.
    void restore(const std::vector<store::DownloadRecord>& records);
    /// Holds at once, also for what runs.
    void configure(const DownloadSettings& settings);

    /// The service: runs everything that is started, until it is cancelled.
    [[nodiscard]] Task<void> run();

    /// Puts the download at the end of the queue, or goes on with one that is paused, failed or was
    /// cancelled. The game root is the folder `game` in `games_folder`; for an update that is where the
    /// present version lies. The same content being fetched already is no error. `exists` where another
    /// version is being downloaded. Needs `run`.
    [[nodiscard]] Task<Result<DownloadStatus>> start(GameId game, std::string version, ContentId content,
                                                     std::filesystem::path games_folder);

    /// Makes a damaged game whole again: it becomes a partial download of its own content, of which the
    /// chunks in `good` need not be fetched, and goes the way of every download from there; meanwhile others
    /// can fetch those. The caller has verified them just now, and manifest and version are what the store
    /// has of it. `exists` where the game is being downloaded already. Needs `run`.
    [[nodiscard]] Task<Result<DownloadStatus>> repair(std::shared_ptr<const content::Manifest> manifest,
                                                      std::filesystem::path games_folder, ChunkSet good);

    /// Whether the game root is a partial download, since a repair of it began that has not ended yet, or has
    /// failed or been cancelled.
    [[nodiscard]] Task<Result<bool>> is_taken_apart(GameId game);
    /// Goes on with that, as `start` does. `not_found` where there is nothing of it.
    [[nodiscard]] Task<Result<DownloadStatus>> resume_repair(GameId game);

    /// Ends the download at the next chunk and returns when it has ended. What was verified stays, for a
    /// later `start`, unless `remove` says otherwise; with it, also what an ended download left behind is
    /// deleted. `not_found` where there is no such download, `refused` where it is being moved into place or
    /// is done.
    [[nodiscard]] Task<Result<DownloadStatus>> cancel(GameId game, bool remove);

    // `not_found` where the game is not being downloaded, or no longer; `refused` where it is being moved
    // into place.

    /// Paused, it asks for nothing further from the next chunk on, and keeps what was verified, as it is and
    /// for others; otherwise it goes on.
    [[nodiscard]] Task<Result<DownloadStatus>> set_paused(GameId game, bool paused);
    [[nodiscard]] Task<Result<DownloadStatus>> set_priority(GameId game, Priority priority);
    /// To a position in the queue, from 1, or as near to it as its priority allows.
    [[nodiscard]] Task<Result<DownloadStatus>> move(GameId game, std::size_t position);

    /// The queue in its order, then what has ended in this process, by game.
    [[nodiscard]] std::vector<DownloadStatus> snapshot() const;
    /// The game's download that has not ended, else the one that ended last in this process.
    [[nodiscard]] std::optional<DownloadStatus> find(const GameId& game) const;

    /// Somebody joined, left, or changed its library: holders are looked up again at once (otherwise within a
    /// second).
    void sources_changed();

private:
    class Opening;

    [[nodiscard]] Task<void> steer();
    [[nodiscard]] Task<void> run_one(std::shared_ptr<Download> download);
    [[nodiscard]] Task<Result<void>> save_order();
    [[nodiscard]] Task<Result<void>> discard(GameId game);
    [[nodiscard]] Task<Result<std::vector<store::DownloadRecord>>> records_of(GameId game);
    [[nodiscard]] Task<Result<void>> check_no_repair(GameId game);
    [[nodiscard]] Task<Result<std::optional<store::DownloadRecord>>> begun_repair(GameId game);
    [[nodiscard]] Task<Result<DownloadStatus>> enqueue(DownloadRequest request, std::string text);
    [[nodiscard]] Result<void> check_discarding(const GameId& game) const;
    void begin(const DownloadRequest& request);
    void share_places();
    /// Suspends the caller while the game's download is ending.
    [[nodiscard]] Task<void> let_end(GameId game);
    /// The download of a game if it has not ended and is not about to, for a command that changes it.
    [[nodiscard]] Result<std::shared_ptr<Download>> changeable(const GameId& game) const;
    [[nodiscard]] DownloadStatus status_of(const Download& download) const;

    DownloadEnvironment environment_;
    Allowance allowance_;
    std::size_t parallel_ = DownloadSettings().parallel;
    TaskGroup* group_ = nullptr;  // of `run`, while it runs
    Signal changed_;              // a download can run that could not, or the other way round
    DownloadQueue queue_;         // of those that have not ended
    std::map<GameId, std::shared_ptr<Download>> downloads_;
    std::set<GameId> discarding_;  // games of which something is being deleted
};

}  // namespace lanspread::swarm
