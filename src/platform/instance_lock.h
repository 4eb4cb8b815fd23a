#pragma once

#include <filesystem>

#include "base/error.h"

namespace lanspread::platform {

/// Makes sure that one process at a time uses a state folder. Held until destroyed, and given back by the
/// system when the process dies, so that a kill leaves nothing behind that must be cleared.
class InstanceLock {
public:
    /// Takes the lock file `lock` in `folder`, which must be there. `exists`, with the process id, where
    /// another has it.
    [[nodiscard]] static Result<InstanceLock> take(const std::filesystem::path& folder);
    ~InstanceLock();
    InstanceLock(InstanceLock&& other) noexcept;
    InstanceLock& operator=(InstanceLock&&) = delete;

private:
    explicit InstanceLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_ = -1;
};

}  // namespace lanspread::platform
