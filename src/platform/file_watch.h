#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/error.h"

namespace lanspread::platform {

enum class FileChange {
    appeared,     ///< a name was made here; who made a file has it open, unless it is a link
    moved_here,   ///< a name was moved here
    vanished,     ///< a name is no longer there: removed or moved away
    writing,      ///< bytes or length of a file changed; whoever does that has it open still
    written,      ///< somebody who could write to a file has closed it
    attributes,   ///< rights, times or owner changed
    folder_gone,  ///< the watched folder itself was removed, moved or unmounted; the name is empty
    mounts,       ///< a file system was mounted or unmounted somewhere; tag, folder and name are empty
    lost,         ///< more happened than the system could keep: look at everything; the rest is empty
};

struct FileEvent {
    FileChange change = FileChange::lost;
    std::uint64_t tag = 0;   ///< as it was given for the watched folder
    int folder = 0;          ///< number of the watched folder, as `add` gave it
    std::string name;        ///< in that folder; not checked: it may be no UTF-8
    bool is_folder = false;  ///< what bears the name
};

/// Why a watch does not tell everything about a folder.
enum class WatchGap {
    none,
    elsewhere,  ///< a network file system, or one like it: what other PCs change there is not told
};
/// Blocks.
[[nodiscard]] WatchGap watch_gap(const std::filesystem::path& folder);

/// Tells one folder from another that later bears its path: because something was mounted over it, or it was
/// moved away and made anew.
struct FolderIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    bool operator==(const FolderIdentity&) const = default;
};
/// Of what the path leads to; nothing where no folder is there. Blocks.
[[nodiscard]] std::optional<FolderIdentity> folder_identity(const std::filesystem::path& folder);

/// Tells what happens in folders: each for itself, what lies deeper is a folder of its own (inotify(7)).
/// Lives on the thread that runs its executor, but `add` and `keep_only`, which block and belong on a disk
/// pool.
class FileWatch {
public:
    /// Watches at most `max_folders`. The error says what to do.
    [[nodiscard]] static Result<FileWatch> open(const boost::asio::any_io_executor& executor,
                                                std::size_t max_folders);
    ~FileWatch();
    FileWatch(FileWatch&&) noexcept;
    FileWatch& operator=(FileWatch&&) noexcept;

    /// Watches a folder (not what a link points to), whose events then bear `tag`; a folder that is watched
    /// already gets the new tag. The number that it gets is not used again soon. `unavailable` where the
    /// limit is reached, ours or the system's; the error says how to raise it. With `Depth::names`, only
    /// what comes to be, goes or is moved is told.
    enum class Depth { names, files };
    [[nodiscard]] Result<int> add(const std::filesystem::path& folder, std::uint64_t tag,
                                  Depth depth = Depth::files);
    /// Ends the watch of the tag's folders other than these.
    void keep_only(std::uint64_t tag, std::span<const int> folders);
    [[nodiscard]] std::size_t size() const;

    /// Suspends the caller until something has happened, and says what: at most some thousand events at once.
    /// One caller at a time; the watch must outlive it.
    /// (The type is a Task, whose header stands above this folder.)
    [[nodiscard]] boost::asio::awaitable<std::vector<FileEvent>> events();

private:
    struct State;
    explicit FileWatch(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;  // handlers of what it waits for hold it weakly
};

}  // namespace lanspread::platform
