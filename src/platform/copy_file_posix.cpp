#include "platform/copy_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "platform/paths.h"
#include "platform/posix.h"

namespace lanspread::platform {

using posix::Descriptor;
using posix::failed;
using posix::retried;

namespace {

constexpr std::size_t step = std::size_t{1} << 20;

/// For file systems between which the kernel does not copy.
Result<void> copy_by_hand(int from, int to, const std::filesystem::path& name)
{
    std::vector<std::byte> buffer(step);
    while (true) {
        const auto got = retried([&] { return ::read(from, buffer.data(), buffer.size()); });
        if (got <= 0) {
            return got == 0 ? Result<void>() : failed(to_utf8(name));
        }
        for (ssize_t done = 0; done < got;) {
            const auto written = retried(
                [&] { return ::write(to, buffer.data() + done, static_cast<std::size_t>(got - done)); });
            if (written < 0) {
                return failed(to_utf8(name));
            }
            done += written;
        }
    }
}

/// From where both stand.
Result<void> copy_bytes(int from, int to, const std::filesystem::path& name)
{
    if (::ioctl(to, FICLONE, from) == 0) {
        return {};
    }
    ssize_t copied = 0;
    do {
        copied = retried([&] { return ::copy_file_range(from, nullptr, to, nullptr, step, 0); });
    } while (copied > 0);
    if (copied < 0 && errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) {
        return failed(to_utf8(name));
    }
    return copy_by_hand(from, to, name);  // of files that say they have no bytes (in /proc), too
}

}  // namespace

Result<void> clone_or_copy(const std::filesystem::path& from, const std::filesystem::path& to)
{
    // O_NONBLOCK: a pipe is refused, and not waited for.
    const Descriptor source(retried([&] { return ::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
    struct stat status = {};
    if (!source || ::fstat(source.get(), &status) != 0) {
        return failed(to_utf8(from));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::refused, to_utf8(from) + ": it is no file");
    }
    const mode_t mode = (status.st_mode & S_IXUSR) != 0 ? 0777 : 0666;
    const Descriptor copy(retried(
        [&] { return ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode); }));
    if (!copy) {
        return failed(to_utf8(to));
    }
    auto copied = copy_bytes(source.get(), copy.get(), to);
    if (!copied) {
        ::unlink(to.c_str());
    }
    return copied;
}

}  // namespace lanspread::platform
