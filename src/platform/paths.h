#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Paths and places. Inside, names are UTF-8; these two are the only way between them and paths.
namespace lanspread::platform {

[[nodiscard]] std::filesystem::path to_path(std::string_view utf8);
/// For people and for messages: what is no UTF-8 on the disk comes out with replacement characters.
[[nodiscard]] std::string to_utf8(const std::filesystem::path& path);

/// `$XDG_STATE_HOME/lanspread`, or `~/.local/state/lanspread` (XDG Base Directory Specification 0.8).
[[nodiscard]] std::filesystem::path default_state_folder();
/// `~/Games/lanspread`: games are large and meant to be found, so they do not lie in a hidden folder.
[[nodiscard]] std::filesystem::path default_games_folder();
/// The name of this computer, without a domain; "unnamed" where it has none.
[[nodiscard]] std::string host_name();

}  // namespace lanspread::platform
