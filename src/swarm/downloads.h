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
#include "swarm/download_status.h"
#include "swarm/environment.h"

namespace lanspread::swarm {

class Download;
struct DownloadRequest;

/// All downloads of this peer: at most one for each game. What was verified survives the process; a download
/// that was running when the process ended, however it ended, goes on by itself.
///
/// Each download that was started tells its end by exactly one event (done, failed or cancelled), after
/// `snapshot` and, for done, the library show it. A download that is stopped by the end of `run` has not
/// ended: it goes on in the next process.
///
/// Lives on the thread that runs the executor.
class Downloads {
public:
    explicit Downloads(DownloadEnvironment environment);
    ~Downloads();

    /// The service: takes up what the last process left, then runs everything that is started, until it is
    /// cancelled.
    [[nodiscard]] Task<void> run();

    /// Starts the download, or goes on with one that waits, failed or was cancelled; it runs while `run`
    /// does. The game root is the folder `game` in `games_folder`; for an update that is where the present
    /// version lies. The same content running already is no error. `exists` where another version is being
    /// downloaded.
    [[nodiscard]] Result<DownloadStatus> start(const GameId& game, const std::string& version,
                                               const ContentId& content,
                                               const std::filesystem::path& games_folder);

    /// Ends the download at the next chunk and returns when it has ended. What was verified stays, for a
    /// later `start`, unless `remove` says otherwise; with it, also what an ended download left behind is
    /// deleted. `not_found` where there is no such download, `refused` where it is being moved into place or
    /// is done.
    [[nodiscard]] Task<Result<DownloadStatus>> cancel(GameId game, bool remove);

    /// Of each game the running download, else the one that ended last in this process; by game.
    [[nodiscard]] std::vector<DownloadStatus> snapshot() const;
    [[nodiscard]] std::optional<DownloadStatus> find(const GameId& game) const;

    /// Somebody joined, left, or changed its library: holders are looked up again at once (otherwise within a
    /// second).
    void sources_changed();

private:
    class Opening;

    [[nodiscard]] Task<void> resume();
    [[nodiscard]] Task<void> run_one(std::shared_ptr<Download> download);
    [[nodiscard]] Task<Result<void>> discard(GameId game);
    std::shared_ptr<Download> begin(const DownloadRequest& request);

    DownloadEnvironment environment_;
    TaskGroup* group_ = nullptr;  // of `run`, while it runs
    Signal idle_;                 // never notified: what `run` waits for besides its downloads
    std::map<GameId, std::shared_ptr<Download>> downloads_;
    std::set<GameId> discarding_;  // games of which something is being deleted
};

}  // namespace lanspread::swarm
