#pragma once

#include <cstdint>
#include <filesystem>

#include "base/error.h"

namespace lanspread::platform {

/// What the file system that holds a folder has to offer.
struct DiskRoom {
    std::uint64_t free = 0;         ///< bytes that this user can still write
    std::uint64_t file_system = 0;  ///< tells two of them apart, while both are mounted
    bool can_clone = false;         ///< a copy of a file can share its bytes (btrfs, most XFS)
};

/// Looks at `folder`, which has to be there. Blocks.
[[nodiscard]] Result<DiskRoom> disk_room(const std::filesystem::path& folder);

}  // namespace lanspread::platform
