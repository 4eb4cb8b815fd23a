#pragma once

#include <cstdint>
#include <string>

#include "lanspread/client_commands.h"

namespace lanspread::cli {

/// As they were typed.
struct CoverOptions {
    std::uint32_t width = 256;
    std::string output;  ///< a file to write; empty: none
};

/// Prints where the small picture of a game lies, or writes it to a file.
[[nodiscard]] ExitCode show_cover(const CommonOptions& options, const std::string& game,
                                  const CoverOptions& cover);

}  // namespace lanspread::cli
