#pragma once

#include <filesystem>

#include "base/error.h"

namespace lanspread::platform {

/// Makes `to`, which is not there yet, with the bytes and the executable bit of the file `from`. Where the
/// file system can, both share the bytes on the disk until one of them is changed (a clone). A link at the
/// end of `from` is followed; one at `to` is refused. Not durable by itself. A copy that fails leaves
/// nothing. Blocks.
[[nodiscard]] Result<void> clone_or_copy(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lanspread::platform
