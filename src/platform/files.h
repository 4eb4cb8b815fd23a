#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/bytes.h"
#include "base/error.h"

/// Files as they are on a disk. Everything here blocks: call it on a disk pool. Names that came from outside
/// go through Folder (folder.h), which cannot be led out of its root; the functions that take a path are for
/// our own and the user's.
namespace lanspread::platform {

/// What tells whether a file is still the one that was read.
struct FileStat {
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;  ///< since the Unix epoch
    std::int64_t ctime_ns = 0;  ///< last change of content or attributes; cannot be set back
    std::uint64_t inode = 0;
    bool executable = false;  ///< by its owner

    auto operator<=>(const FileStat&) const = default;
};

/// An open regular file, closed by its destructor. Reads and writes name their offset, so several threads may
/// use one.
class File {
public:
    File() = default;  ///< open on nothing
    ~File();
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;

    /// Opens for reading.
    [[nodiscard]] static Result<File> open(const std::filesystem::path& path);
    /// Opens for reading and writing; makes it where it is not there, and keeps the content that is.
    [[nodiscard]] static Result<File> create(const std::filesystem::path& path);
    /// Takes over an open descriptor. For platform/ only.
    [[nodiscard]] static File adopt(int descriptor) { return File(descriptor); }

    /// Fills all of `bytes`; a file that ends before is an io error.
    [[nodiscard]] Result<void> read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
    /// Writes all of `bytes`.
    [[nodiscard]] Result<void> write_at(std::uint64_t offset, ByteSpan bytes) const;
    [[nodiscard]] Result<FileStat> stat() const;
    /// Sees to it that there is room on the disk for `size` bytes at `offset`, within the file's length,
    /// which stays as it is, as do the bytes (`disk_full` where there is none). On a file system that cannot
    /// reserve, nothing happens.
    [[nodiscard]] Result<void> reserve(std::uint64_t offset, std::uint64_t size) const;
    /// Makes the file `size` bytes long: cut, or extended by a hole.
    [[nodiscard]] Result<void> resize(std::uint64_t size) const;
    [[nodiscard]] Result<void> set_executable(bool executable) const;
    /// Lets its owner read and write it, as files that were copied from a disc often do not.
    [[nodiscard]] Result<void> make_writable() const;
    /// Returns once the content (and the length) is on the disk.
    [[nodiscard]] Result<void> sync_data() const;
    /// The same with all attributes.
    [[nodiscard]] Result<void> sync() const;

    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

private:
    explicit File(int descriptor) : descriptor_(descriptor) {}

    int descriptor_ = -1;
};

/// The whole content, of at most `max_size` bytes (`invalid_input` where it is more).
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_size);
/// Replaces `path` so that after a crash or a power cut it holds either the old bytes or all of the new ones.
/// With `FileAccess::owner_only` nobody else can read it at any moment.
enum class FileAccess { everybody, owner_only };
[[nodiscard]] Result<void> write_atomically(const std::filesystem::path& path, ByteSpan bytes,
                                            FileAccess access = FileAccess::everybody);
/// Makes the folder and those above it; fine where it is there.
[[nodiscard]] Result<void> make_folders(const std::filesystem::path& path,
                                        FileAccess access = FileAccess::everybody);
/// True where this user may make files in the folder: its rights, and a file system that is not mounted
/// read-only.
[[nodiscard]] bool is_writable(const std::filesystem::path& folder);

}  // namespace lanspread::platform
