#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "facts/packing.h"
#include "platform/files.h"
#include "platform/temporary_folder.h"

/// For the tests of `pack`: a folder of the user's, and a games folder beside it.
namespace lanspread::facts {

namespace fs = std::filesystem;

inline constexpr std::string_view png = "\x89PNG\r\n\x1a\npicture";

inline void put(const fs::path& path, std::string_view text, bool is_executable = false)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    if (is_executable) {
        fs::permissions(path, fs::perms::owner_exec, fs::perm_options::add);
    }
}

inline std::string text_of(const fs::path& path)
{
    const auto bytes = platform::read_file(path, 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : "(" + bytes.error().message + ")";
}

/// Names and contents of all files in a folder; programs have a star.
inline std::map<std::string, std::string> tree(const fs::path& folder)
{
    std::map<std::string, std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            const bool is_program = (entry.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
            result[entry.path().lexically_relative(folder).string() + (is_program ? "*" : "")] =
                text_of(entry.path());
        }
    }
    return result;
}

class Pack : public testing::Test {
protected:
    Pack()
    {
        put(source() / "data/map", "the map");
        put(source() / "doom", "#!/bin/sh", true);
    }

    [[nodiscard]] fs::path source() const { return temporary_.path() / "source"; }
    [[nodiscard]] fs::path games() const { return temporary_.path() / "games"; }
    [[nodiscard]] fs::path root() const { return games() / "doom"; }

    [[nodiscard]] PackOptions options() const
    {
        return {.folder = source(),
                .games_folder = games(),
                .id = GameId::parse("doom").value(),
                .today = "20240131",
                .title = "Doom"};
    }

    [[nodiscard]] static testing::AssertionResult is_refused(const PackOptions& options, ErrorCode code,
                                                             std::string_view reason)
    {
        const auto packed = pack(options);
        if (packed) {
            return testing::AssertionFailure() << "packed";
        }
        return packed.error().code == code && packed.error().message.contains(reason)
                   ? testing::AssertionSuccess()
                   : testing::AssertionFailure()
                         << to_string(packed.error().code) << ": " << packed.error().message;
    }

    platform::TemporaryFolder temporary_;
};

}  // namespace lanspread::facts
