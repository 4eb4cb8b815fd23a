#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/safe_path.h"
#include "platform/files.h"

namespace lanspread::platform {

enum class EntryKind {
    file,  ///< a regular file
    folder,
    link,   ///< a symbolic link, whatever it points to
    other,  ///< a device, a socket or a pipe
};

/// What lies in a folder, under a name that is relative to it, `/`-separated and not checked: it may be no
/// UTF-8.
struct Entry {
    std::string name;
    EntryKind kind = EntryKind::file;
    FileStat stat;
    std::uint64_t allocated = 0;  ///< bytes of the disk that it takes; fewer than its size: it has holes
};

/// An open folder: all that happens to names from outside happens below one. No operation follows a symbolic
/// link, in any component of a name, so nothing that somebody plants in the folder leads out of it. Where a
/// name is a link or not what was asked for, the error is `refused`. Everything blocks; const operations may
/// run on several threads.
class Folder {
public:
    Folder() = default;  ///< open on nothing
    ~Folder();
    Folder(Folder&& other) noexcept;
    Folder& operator=(Folder&& other) noexcept;

    /// Opens one of the user's own folders; links in `path` are followed.
    [[nodiscard]] static Result<Folder> open(const std::filesystem::path& path);
    [[nodiscard]] Result<Folder> open_folder(const SafePath& name) const;

    /// Opens for reading.
    [[nodiscard]] Result<File> open_file(const SafePath& name) const;
    /// Opens for reading and writing; `not_found` where it is not there.
    [[nodiscard]] Result<File> open_for_writing(const SafePath& name) const;
    /// Opens for reading and writing; makes it where it is not there (its folder must be), and keeps the
    /// content that is.
    [[nodiscard]] Result<File> create_file(const SafePath& name) const;
    /// Replaces a file as platform::write_atomically does.
    [[nodiscard]] Result<void> write_atomically(const SafePath& name, ByteSpan bytes) const;

    /// Makes the folder and those above it; fine where it is there.
    [[nodiscard]] Result<void> make_folders(const SafePath& name) const;
    /// Renames a file or folder to a name below `to_folder`, which is on the same file system; a file that is
    /// there is replaced. Not durable before `sync_folder` of both folders.
    [[nodiscard]] Result<void> rename(const SafePath& from, const Folder& to_folder,
                                      const SafePath& to) const;
    /// Removes a file, link or special file. Fine where it is not there.
    [[nodiscard]] Result<void> remove_file(const SafePath& name) const;
    /// Removes a folder; false where it is not empty. Fine where it is not there.
    [[nodiscard]] Result<bool> remove_empty_folder(const SafePath& name) const;
    /// Removes a folder with all that is in it, or a file. Links are removed, not followed. Fine where it is
    /// not there.
    [[nodiscard]] Result<void> remove_tree(const SafePath& name) const;

    [[nodiscard]] Result<Entry> stat(const SafePath& name) const;
    /// What lies directly in this folder, by name.
    [[nodiscard]] Result<std::vector<Entry>> list() const;
    /// All below this folder, sorted by name: folders are listed and entered, unless `skip` says so of their
    /// name. `invalid_input` where there are more than `max_entries`, or folders more than 64 deep.
    [[nodiscard]] Result<std::vector<Entry>> list_tree(
        std::size_t max_entries, const std::function<bool(std::string_view)>& skip = {}) const;

    /// Returns once the names in this folder (or the one below it) are on the disk.
    [[nodiscard]] Result<void> sync() const;
    [[nodiscard]] Result<void> sync_folder(const SafePath& name) const;
    /// Returns once all that was written to this folder's file system is on the disk: for many files, cheaper
    /// than each.
    [[nodiscard]] Result<void> sync_file_system() const;

private:
    explicit Folder(int descriptor) : descriptor_(descriptor) {}

    /// The folder that holds `name`'s last component, and that component.
    struct Place;
    [[nodiscard]] Result<Place> place(const SafePath& name) const;

    int descriptor_ = -1;
};

}  // namespace lanspread::platform
