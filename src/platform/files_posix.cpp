#include "platform/files.h"

#include <fmt/format.h>

#include "platform/paths.h"
#include "platform/posix.h"

namespace lanspread::platform {

using posix::Descriptor;
using posix::failed;
using posix::retried;

namespace {

constexpr mode_t everybody_file = 0666;  // less the umask
constexpr mode_t owner_file = 0600;
constexpr mode_t owner_folder = 0700;

Result<Descriptor> open_folder(const std::filesystem::path& path)
{
    const auto folder = path.empty() ? std::filesystem::path(".") : path;
    Descriptor descriptor(
        retried([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!descriptor) {
        return failed(to_utf8(path));
    }
    return descriptor;
}

}  // namespace

File::~File()
{
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

Result<File> File::open(const std::filesystem::path& path)
{
    Descriptor descriptor(retried([&] { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }));
    if (!descriptor) {
        return failed(to_utf8(path));
    }
    return posix::regular_file(std::move(descriptor), to_utf8(path));
}

Result<File> File::create(const std::filesystem::path& path)
{
    Descriptor descriptor(retried(
        [&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC, everybody_file); }));
    if (!descriptor) {
        return failed(to_utf8(path));
    }
    return posix::regular_file(std::move(descriptor), to_utf8(path));
}

Result<void> File::read_at(std::uint64_t offset, std::span<std::byte> bytes) const
{
    while (!bytes.empty()) {
        const auto count = retried(
            [&] { return ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
        if (count < 0) {
            return failed("read");
        }
        if (count == 0) {
            return fail(ErrorCode::io, "the file is shorter than it was");
        }
        offset += static_cast<std::uint64_t>(count);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> File::write_at(std::uint64_t offset, ByteSpan bytes) const
{
    while (!bytes.empty()) {
        const auto count = retried(
            [&] { return ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
        if (count < 0) {
            return failed("write");
        }
        offset += static_cast<std::uint64_t>(count);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<FileStat> File::stat() const
{
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0) {
        return failed("stat");
    }
    return posix::to_file_stat(status);
}

Result<void> File::reserve(std::uint64_t offset, std::uint64_t size) const
{
    const auto start = static_cast<off_t>(offset);
    const auto length = static_cast<off_t>(size);
    if (size > 0 &&
        retried([&] { return ::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, start, length); }) != 0 &&
        errno != EOPNOTSUPP) {
        return failed("reserve room");
    }
    return {};
}

Result<void> File::resize(std::uint64_t size) const
{
    if (retried([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) != 0) {
        return failed("set length");
    }
    return {};
}

Result<void> File::set_executable(bool executable) const
{
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0) {
        return failed("stat");
    }
    constexpr mode_t read_bits = S_IRUSR | S_IRGRP | S_IROTH;
    constexpr mode_t run_bits = S_IXUSR | S_IXGRP | S_IXOTH;
    const mode_t before = status.st_mode & 07777;
    // Whoever may read it may run it.
    const mode_t after = executable ? before | ((before & read_bits) >> 2) : before & ~run_bits;
    if (after != before && ::fchmod(descriptor_, after) != 0) {
        return failed("set executable");
    }
    return {};
}

Result<void> File::make_writable() const
{
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0) {
        return failed("stat");
    }
    const mode_t before = status.st_mode & 07777;
    const mode_t after = before | S_IRUSR | S_IWUSR;
    return after == before || ::fchmod(descriptor_, after) == 0 ? Result<void>() : failed("make writable");
}

Result<void> File::sync_data() const
{
    if (retried([&] { return ::fdatasync(descriptor_); }) != 0) {
        return failed("sync");
    }
    return {};
}

Result<void> File::sync() const { return posix::sync_descriptor(descriptor_, "sync"); }

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_size)
{
    const auto file = File::open(path);
    if (!file) {
        return fail(file.error());
    }
    const auto stat = file->stat();
    if (!stat) {
        return fail(stat.error().in(to_utf8(path)));
    }
    if (stat->size > max_size) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: larger than {} bytes", to_utf8(path), max_size));
    }
    Bytes bytes(stat->size);
    if (const auto read = file->read_at(0, bytes); !read) {
        return fail(read.error().in(to_utf8(path)));
    }
    return bytes;
}

Result<void> write_atomically(const std::filesystem::path& path, ByteSpan bytes, FileAccess access)
{
    const auto folder = open_folder(path.parent_path());
    if (!folder) {
        return fail(folder.error());
    }
    const auto mode = access == FileAccess::owner_only ? owner_file : everybody_file;
    auto replaced = posix::replace_file(folder->get(), path.filename().native(), bytes, mode);
    return replaced ? replaced : fail(replaced.error().in(to_utf8(path.parent_path())));
}

Result<void> make_folders(const std::filesystem::path& path, FileAccess access)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return {};
    }
    if (const auto parent = path.parent_path(); !parent.empty() && parent != path) {
        if (auto made = make_folders(parent); !made) {
            return made;
        }
    }
    if (::mkdir(path.c_str(), access == FileAccess::owner_only ? owner_folder : 0777) != 0 &&
        errno != EEXIST) {
        return failed(to_utf8(path));
    }
    if (!std::filesystem::is_directory(path, error)) {
        return fail(ErrorCode::io, fmt::format("{}: there is something that is no folder", to_utf8(path)));
    }
    return {};
}

bool is_writable(const std::filesystem::path& folder) { return ::access(folder.c_str(), W_OK | X_OK) == 0; }

}  // namespace lanspread::platform
