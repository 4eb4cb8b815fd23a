#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/folder.h"

/// Walks through folders by descriptor, for folder_posix.cpp: whatever is renamed or replaced meanwhile, no
/// link is followed.
namespace lanspread::platform::posix {

[[nodiscard]] Result<Entry> entry_at(int folder, const std::string& name);
/// As Folder::list_tree.
[[nodiscard]] Result<std::vector<Entry>> list_tree(int folder, std::size_t max_entries,
                                                   const std::function<bool(std::string_view)>& skip);
/// Removes `name` in an open folder and all below it. Fine where it is not there.
[[nodiscard]] Result<void> remove_tree(int folder, const std::string& name);

}  // namespace lanspread::platform::posix
