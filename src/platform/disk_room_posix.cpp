#include "platform/disk_room.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "platform/paths.h"
#include "platform/posix.h"

namespace lanspread::platform {

using posix::Descriptor;
using posix::failed;
using posix::retried;

namespace {

/// Tries it with two files that have no name and no bytes.
bool can_clone(int folder)
{
    const auto make = [folder] {
        return Descriptor(
            retried([&] { return ::openat(folder, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600); }));
    };
    const auto from = make();
    const auto to = make();
    return from && to && ::ioctl(to.get(), FICLONE, from.get()) == 0;
}

}  // namespace

Result<DiskRoom> disk_room(const std::filesystem::path& folder)
{
    const Descriptor descriptor(
        retried([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    struct stat status = {};
    struct statvfs space = {};
    if (!descriptor || ::fstat(descriptor.get(), &status) != 0 ||
        retried([&] { return ::fstatvfs(descriptor.get(), &space); }) != 0) {
        return failed(to_utf8(folder));
    }
    return DiskRoom{.free = std::uint64_t{space.f_bavail} * space.f_frsize,
                    .file_system = status.st_dev,
                    .can_clone = can_clone(descriptor.get())};
}

}  // namespace lanspread::platform
