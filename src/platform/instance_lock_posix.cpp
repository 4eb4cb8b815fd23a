#include "platform/instance_lock.h"

#include <sys/file.h>

#include <array>

#include <fmt/format.h>

#include "platform/paths.h"
#include "platform/posix.h"

namespace lanspread::platform {

namespace {

/// What the holder of the lock wrote: its process id. Digits only, for anybody may have written anything.
std::string holder(int descriptor)
{
    std::array<char, 16> text{};
    const auto size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string digits;
    for (const char character :
         std::string_view(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0)) {
        if (character >= '0' && character <= '9') {
            digits += character;
        }
    }
    return digits.empty() ? "unknown" : digits;
}

}  // namespace

Result<InstanceLock> InstanceLock::take(const std::filesystem::path& folder)
{
    const auto path = folder / "lock";
    posix::Descriptor descriptor(posix::retried(
        [&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); }));
    if (!descriptor) {
        return posix::failed(to_utf8(path));
    }
    if (posix::retried([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) {
        if (errno != EWOULDBLOCK) {
            return posix::failed(to_utf8(path));
        }
        return fail(ErrorCode::exists,
                    fmt::format("another lanspread (process {}) uses the state folder {}: end it, or "
                                "give this one a folder of its own with --state",
                                holder(descriptor.get()), to_utf8(folder)));
    }
    const auto id = fmt::format("{}\n", ::getpid());
    if (::ftruncate(descriptor.get(), 0) != 0 ||
        ::pwrite(descriptor.get(), id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
        return posix::failed(to_utf8(path));
    }
    return InstanceLock(descriptor.release());
}

InstanceLock::~InstanceLock()
{
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1))
{
}

}  // namespace lanspread::platform
