#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/task.h"
#include "library/game_root.h"
#include "platform/file_watch.h"

namespace lanspread::library {

/// What the watch heard, in the library's words.
struct Heard {
    enum class What {
        in_root,      ///< something in a root changed
        root_moved,   ///< a root came or went as a whole, or the `local/` in it
        folder_gone,  ///< a games folder was removed, moved or unmounted
        folders,      ///< a games folder may have come, or be another one
        everything,   ///< more than could be kept
    };
    What what = What::everything;
    std::optional<Root> root;   ///< of the first two
    platform::FileEvent event;  ///< of the first
};

/// Which folders are watched for which games folder and root. A look at a folder renews its watch before it
/// reads, so nothing that happens after it read is missed. What is marked so may be called on a disk pool,
/// everything else belongs to the library's thread.
class RootWatch {
public:
    [[nodiscard]] static Result<std::shared_ptr<RootWatch>> open(
        const Executor& executor, std::vector<std::filesystem::path> games_folders, std::size_t max_folders);
    explicit RootWatch(platform::FileWatch watch, std::vector<std::filesystem::path> games_folders);

    /// Watches the games folders, and those above them in which they would appear. Disk pool.
    void watch_games_folders();

    /// What was refused may be possible now: `problem` is that of what is added from here on. Any thread.
    void forget_problem();

    /// Watches a root, and nothing below it. Disk pool.
    void watch_root(const Root& root);

    /// The folders of one root, while they are read: those that were watched before and are not named now are
    /// watched no longer when it ends. Disk pool.
    class Renewal {
    public:
        /// Names the root itself. `watch` may be null: then nothing is watched.
        Renewal(RootWatch* watch, const Root& root);
        ~Renewal();
        Renewal(const Renewal&) = delete;
        Renewal& operator=(const Renewal&) = delete;
        /// Names a folder below it.
        void add(std::string_view name);

    private:
        RootWatch* watch_;
        std::filesystem::path path_;
        std::uint64_t tag_ = 0;
        std::vector<int> folders_;
    };

    /// Suspends the caller until something was heard.
    [[nodiscard]] Task<std::vector<Heard>> next();
    /// Why not everything is watched, and what to do; empty where it is. Any thread.
    [[nodiscard]] std::string problem() const;

private:
    [[nodiscard]] std::uint64_t tag_of(const Root& root);
    [[nodiscard]] std::optional<Heard> interpret(const platform::FileEvent& event) const;
    [[nodiscard]] Heard interpret_in_games_folder(std::size_t folder, const platform::FileEvent& event) const;
    std::optional<int> add(const std::filesystem::path& folder, std::uint64_t tag,
                           platform::FileWatch::Depth depth);

    platform::FileWatch watch_;
    const std::vector<std::filesystem::path> games_folders_;
    mutable std::mutex mutex_;  // for what is below
    std::map<Root, std::uint64_t> tags_;
    std::map<std::uint64_t, Root> roots_;
    std::map<int, std::set<std::string>> expected_;  // names that matter in the folders above games folders
    std::string problem_;
};

}  // namespace lanspread::library
