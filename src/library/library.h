#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "async/task.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "library/games_folder_state.h"
#include "library/local_game.h"
#include "store/database.h"

namespace lanspread::library {

/// What became of one game. Its content, its place, or both differ before and after.
struct Change {
    LocalGamePtr before;  ///< null where it is new
    LocalGamePtr after;   ///< null where it is gone
};

/// What `verify` found, by paths in the game root.
struct VerifyReport {
    GameId game;
    std::string version;
    std::uint64_t bytes_checked = 0;
    std::vector<std::string> missing;
    std::vector<std::string> damaged;  ///< other bytes, size or executable bit than the manifest says
    std::vector<std::string> extra;
    // For a repair:
    std::vector<std::uint32_t> bad_chunks;  ///< in order
    std::shared_ptr<const content::Manifest> manifest;
    std::filesystem::path games_folder;

    [[nodiscard]] bool is_good() const { return missing.empty() && damaged.empty() && extra.empty(); }
};

/// The threads that the library borrows; all outlive it.
struct Pools {
    asio::thread_pool& disk;
    asio::thread_pool& hash;
    asio::thread_pool& store;  ///< one thread: the database's
    unsigned hash_threads;     ///< how many `hash` has
};

struct Options {
    std::vector<std::filesystem::path> games_folders;
    /// How often everything is looked at, for what the watch cannot tell.
    Duration scan_interval = std::chrono::seconds(300);
    /// Folders that are watched, at most: each costs the kernel about 1 KiB.
    std::size_t max_watches = 100'000;
};

/// What this peer has: every folder of a games folder that bears a valid GameId and holds a non-empty
/// top-level `version.ini`. A game is hashed when it is first seen, and what changed of it is when it
/// changed; everything else is known from the index. Never in a manifest: `local/` (the user's),
/// `.lanspread/` (ours), and what the game.toml says that the player writes.
///
/// A game that changes while `watch` runs leaves `games` at once, and is back when nobody has changed it for
/// a while: see look_plan.h.
///
/// Lives on one thread, the core thread; every member is called there. Outlives its coroutines.
class Library {
public:
    Library(Pools pools, store::Database& database, Options options);
    ~Library();

    /// Complete, unchanged since they were hashed as far as known, not found damaged. Sorted by id.
    [[nodiscard]] std::vector<LocalGamePtr> games() const;
    /// Null where it is not among `games`.
    [[nodiscard]] LocalGamePtr find(const GameId& game) const;
    [[nodiscard]] LocalGamePtr find(const ContentId& content) const;
    /// Grows with each change.
    [[nodiscard]] std::uint64_t rev() const;
    /// What a person should know and do about folders and games that are not shared; sorted.
    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] bool is_scanning() const;
    /// Why changes on the disk may be noticed late only, and what to do; empty where all is watched.
    [[nodiscard]] std::string watch_problem() const;
    /// The games folders in the order of the options, as they were at the last look.
    [[nodiscard]] std::vector<FolderState> folders() const;
    /// What is installed and not downloaded. Sorted by id.
    [[nodiscard]] std::vector<InstalledGame> installed_games() const;

    /// What is known here, or lies here and is no duplicate, and is not among `games`. Sorted by id.
    [[nodiscard]] std::vector<UnsharedGame> unshared_games() const;
    /// Whether every games folder has been looked at, so that what did not change since the last run is among
    /// `games`; what is new may still have to be hashed.
    [[nodiscard]] bool has_looked() const;

    /// Adds one who is called after each change of `games`: another content or place, or another answer to
    /// whether it is installed.
    void on_change(std::function<void(const Change&)> listener);
    /// Called after each change of `folders` (but for the free bytes), `installed_games` and
    /// `unshared_games`.
    void on_folders_change(std::function<void()> listener);
    /// Called when a scan has ended.
    void on_scan_finished(std::function<void()> listener);

    /// The service: scans at the start, when asked, and every scan_interval; looks at roots of which `watch`
    /// heard. Throws where the state database fails.
    [[nodiscard]] Task<void> run();
    /// Another service: listens for changes of the games folders. Without it, or where the system cannot
    /// watch (`watch_problem` says so), changes are found by the scan. Returns where nothing can be watched.
    [[nodiscard]] Task<void> watch();
    /// Returns when a scan that began after the call has ended. Needs `run`.
    [[nodiscard]] Task<void> rescan();
    /// Asks for a scan soon, and does not wait for it.
    void request_scan();
    /// Asks for a look at a game soon, for it seems to have changed.
    void request_look(const GameId& game);
    /// Takes a game out of `games` now, for somebody who holds it is about to change it. It is looked at
    /// again when nobody holds it any more.
    void withdraw(const GameId& game);
    /// Drops what is known of a game root that was removed for good.
    [[nodiscard]] Task<void> forget(std::filesystem::path root);
    /// Takes in a game root that was just completed, without hashing: the caller verified every chunk of
    /// `manifest` when it wrote it. The files' names and sizes are compared. When it returns, `games` shows
    /// the game and the index has it.
    [[nodiscard]] Task<Result<void>> adopt(std::filesystem::path games_folder,
                                           std::shared_ptr<const content::Manifest> manifest);
    /// The manifest of what is meant to lie in a game root: as `verify` takes it, also where the game is not
    /// among `games`. Null where nothing is known of the root.
    [[nodiscard]] Task<std::shared_ptr<const content::Manifest>> original(std::filesystem::path games_folder,
                                                                          GameId game);
    /// Hashes all of a game's files and compares with what is meant to be there: with what was fetched, or
    /// taken in first, under this version.ini, whatever became of it since. Works for one that was found bad
    /// before, too. A game found bad leaves `games` until it is good again: found so by `verify`, restored by
    /// the scan's judgement, fetched anew, or given another version by its owner.
    [[nodiscard]] Task<Result<VerifyReport>> verify(GameId game);

    /// While one lives, the game's root is not scanned: an operation is changing it. Must not outlive the
    /// library.
    class Hold;
    [[nodiscard]] Hold hold(const GameId& game);

private:
    struct Core;
    std::unique_ptr<Core> core_;
};

class Library::Hold {
public:
    Hold() = default;
    Hold(Hold&&) noexcept = default;
    Hold& operator=(Hold&&) noexcept = default;

private:
    friend class Library;
    explicit Hold(std::shared_ptr<void> guard) : guard_(std::move(guard)) {}

    std::shared_ptr<void> guard_;
};

}  // namespace lanspread::library
