#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace lanspread::platform {

/// Replaces this process by a program: the first of `arguments`, found as a shell finds it, with all of them
/// (exec). Returns only where that fails, with the reason.
[[nodiscard]] Error replace_process(const std::vector<std::string>& arguments);

}  // namespace lanspread::platform
