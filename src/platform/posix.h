#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/files.h"

/// What the _posix.cpp files share.
namespace lanspread::platform::posix {

/// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : descriptor_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        if (this != &other) {
            reset();
            descriptor_ = other.release();
        }
        return *this;
    }

    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }
    explicit operator bool() const { return descriptor_ >= 0; }

private:
    void reset()
    {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

    int descriptor_ = -1;
};

/// Repeats a system call that a signal interrupted.
template <class Call>
auto retried(Call call)
{
    while (true) {
        const auto result = call();
        if (result != -1 || errno != EINTR) {
            return result;
        }
    }
}

[[nodiscard]] FileStat to_file_stat(const struct stat& status);

/// The error for the system call on `name` that just failed.
[[nodiscard]] std::unexpected<Error> failed(std::string_view name);

/// Takes over a descriptor that was opened with O_NONBLOCK (so that a pipe did not block), if it is a regular
/// file.
[[nodiscard]] Result<File> regular_file(Descriptor descriptor, std::string_view name);

/// Replaces `name` in an open folder: a new file beside it, synced, renamed over it, the folder synced.
[[nodiscard]] Result<void> replace_file(int folder, const std::string& name, ByteSpan bytes, mode_t mode);

[[nodiscard]] Result<void> sync_descriptor(int descriptor, std::string_view name);

}  // namespace lanspread::platform::posix
