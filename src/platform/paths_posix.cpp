#include "platform/paths.h"

#include <array>
#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

#include "base/utf8.h"

namespace lanspread::platform {

namespace {

std::filesystem::path home()
{
    if (const char* folder = std::getenv("HOME"); folder != nullptr && *folder == '/') {
        return folder;
    }
    passwd entry = {};
    passwd* found = nullptr;
    std::array<char, 4096> memory{};
    if (::getpwuid_r(::getuid(), &entry, memory.data(), memory.size(), &found) == 0 && found != nullptr) {
        return found->pw_dir;
    }
    return "/";
}

}  // namespace

std::filesystem::path to_path(std::string_view utf8) { return std::filesystem::path(utf8); }

std::string to_utf8(const std::filesystem::path& path) { return mend_utf8(path.native()); }

std::filesystem::path default_state_folder()
{
    // The specification tells to ignore a relative one.
    if (const char* folder = std::getenv("XDG_STATE_HOME"); folder != nullptr && *folder == '/') {
        return std::filesystem::path(folder) / "lanspread";
    }
    return home() / ".local" / "state" / "lanspread";
}

std::filesystem::path default_games_folder() { return home() / "Games" / "lanspread"; }

std::string host_name()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) {
        return "unnamed";
    }
    const std::string full = to_utf8(name.data());
    const auto first = full.substr(0, full.find('.'));
    return first.empty() ? "unnamed" : first;
}

}  // namespace lanspread::platform
