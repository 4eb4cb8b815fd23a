#pragma once

#include <string_view>

namespace lanspread {

/// Whether Windows opens a device instead of a file of this name, with or without an extension: CON, nul.txt,
/// COM1, LPT². (https://learn.microsoft.com/windows/win32/fileio/naming-a-file)
[[nodiscard]] bool is_windows_device_name(std::string_view component);

}  // namespace lanspread
