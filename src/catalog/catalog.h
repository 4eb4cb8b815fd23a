#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "async/task.h"
#include "catalog/cover_folder.h"
#include "catalog/game_db.h"
#include "catalog/settling.h"
#include "catalog/snapshot.h"

namespace lanspread::catalog {

/// What a person should know of the catalog.
struct CatalogStatus {
    std::filesystem::path file;    ///< the game.db that is meant; empty where there is none
    std::filesystem::path covers;  ///< the folder with covers; empty where there is none
    std::size_t games = 0;
    std::vector<std::string> problems;
};

/// The catalog of games and their covers, as files that somebody else writes. Follows them: a change is taken
/// up within seconds, without a restart. What was read stays in use when the file is gone, broken or locked.
/// Works, and is empty, without any file. Lives on one thread; reading happens on the pool, which outlives
/// it.
class Catalog {
public:
    struct Options {
        /// The game.db. Where it is empty, one called so is looked for at the top of `folders`, in their
        /// order.
        std::filesystem::path file;
        /// The folder with covers. Where it is empty: `covers` beside the game.db, else the game.db's own.
        std::filesystem::path covers;
        std::vector<std::filesystem::path> folders;
        std::chrono::milliseconds look_interval{1000};
        std::chrono::milliseconds unsettled_interval{250};  ///< while files change
        std::chrono::milliseconds retry_interval{2000};     ///< of what could not be read for now
    };

    Catalog(asio::thread_pool& pool, Options options);

    /// Never null. Another one after each change.
    [[nodiscard]] std::shared_ptr<const CatalogSnapshot> snapshot() const { return snapshot_; }
    [[nodiscard]] CatalogStatus status() const;
    /// Adds a listener, for as long as this lives: called with the games that are others than before, when
    /// snapshot() is the new one.
    void on_change(std::function<void(const std::vector<GameId>&)> listener);
    /// Follows the files until it is cancelled. May be run again.
    [[nodiscard]] Task<void> run();

private:
    /// What one look at the disk shows.
    struct Seen {
        std::filesystem::path file;
        Stamp file_stamp;
        std::filesystem::path covers;
        Stamp cover_stamp;
        Result<std::vector<ListedCover>> listed;
    };
    /// What is known of a picture file, so that it is not read again.
    struct KnownCover {
        ListedCover listed;
        Result<CoverFile> cover;
        bool is_certain = false;  ///< false: it was being written, or may have been
    };

    static Seen look_at(const Options& options);
    Task<Duration> look();
    Task<void> read_file(std::filesystem::path file, Stamp stamp);
    Task<void> read_covers(std::filesystem::path folder, Result<std::vector<ListedCover>> listed);
    std::vector<ListedCover> take_over(const std::vector<ListedCover>& listed);
    Task<void> publish();
    [[nodiscard]] std::vector<std::string> cover_problems() const;

    asio::thread_pool& pool_;
    Options options_;
    std::shared_ptr<const CatalogSnapshot> snapshot_ = std::make_shared<const CatalogSnapshot>();
    std::vector<std::function<void(const std::vector<GameId>&)>> listeners_;

    std::filesystem::path file_;
    std::filesystem::path covers_folder_;
    std::shared_ptr<const GameDb> db_ = std::make_shared<const GameDb>();
    std::map<std::string, KnownCover> covers_;  ///< by the name of the file
    std::string file_problem_;
    std::string covers_problem_;
    Settling file_settling_;
    Settling covers_settling_;
};

}  // namespace lanspread::catalog
