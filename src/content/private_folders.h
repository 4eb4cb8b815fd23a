#pragma once

#include <string_view>

/// What lies in a game root and is never part of a package.
namespace lanspread::content {

/// The user's: the installed game.
inline constexpr std::string_view installed_folder = "local";
/// Ours: partial downloads, what was moved aside, marks.
inline constexpr std::string_view own_folder = ".lanspread";

/// Whether an entry of a game root, by its path in it, is one of the two.
[[nodiscard]] inline bool is_private(std::string_view path)
{
    return path == installed_folder || path == own_folder;
}

/// Whether a path, folded so that case is ignored, is or lies in one of the two, or in what FAT and NTFS take
/// for ours, its short name `lanspr~1`.
[[nodiscard]] inline bool is_in_private_folder(std::string_view folded)
{
    const auto first = folded.substr(0, folded.find('/'));
    return is_private(first) || first.starts_with("lanspr~");
}

}  // namespace lanspread::content
