#include "platform/posix.h"

#include <sys/statvfs.h>

#include <fmt/format.h>

namespace lanspread::platform::posix {

namespace {

std::int64_t nanoseconds(const timespec& time)
{
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileStat to_file_stat(const struct stat& status)
{
    return {.size = static_cast<std::uint64_t>(status.st_size),
            .mtime_ns = nanoseconds(status.st_mtim),
            .ctime_ns = nanoseconds(status.st_ctim),
            .inode = status.st_ino,
            .executable = (status.st_mode & S_IXUSR) != 0};
}

std::unexpected<Error> failed(std::string_view name) { return fail(system_error(name, errno)); }

Result<File> regular_file(Descriptor descriptor, std::string_view name)
{
    struct stat status = {};
    if (::fstat(descriptor.get(), &status) != 0) {
        return failed(name);
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::refused, fmt::format("{}: not a regular file", name));
    }
    return File::adopt(descriptor.release());
}

Result<void> replace_file(int folder, const std::string& name, ByteSpan bytes, mode_t mode)
{
    const auto fresh = name + ".new";
    // One that a crash left behind may have other rights.
    if (::unlinkat(folder, fresh.c_str(), 0) != 0 && errno != ENOENT) {
        return failed(fresh);
    }
    {
        Descriptor descriptor(retried(
            [&] { return ::openat(folder, fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode); }));
        if (!descriptor) {
            return failed(fresh);
        }
        const auto file = File::adopt(descriptor.release());
        auto written = file.write_at(0, bytes);
        if (written) {
            written = file.sync();
        }
        if (!written) {
            ::unlinkat(folder, fresh.c_str(), 0);
            return fail(written.error().in(fresh));
        }
    }
    if (::renameat(folder, fresh.c_str(), folder, name.c_str()) != 0) {
        return failed(name);
    }
    return sync_descriptor(folder, name);
}

Result<void> sync_descriptor(int descriptor, std::string_view name)
{
    if (retried([&] { return ::fsync(descriptor); }) != 0) {
        return failed(name);
    }
    return {};
}

}  // namespace lanspread::platform::posix
