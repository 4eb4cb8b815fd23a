#pragma once

#include "api/control_client.h"
#include "lanspread/client_commands.h"
#include "runtime/model.h"

namespace lanspread::cli {

struct GetOptions {
    std::string game;
    std::string version;  ///< empty: the current one
    bool wait = false;
};

/// Starts a download and, with `wait`, shows its progress until it ends.
[[nodiscard]] ExitCode get_game(const CommonOptions& options, const GetOptions& get);

/// Shows the progress of a download that has begun until it ends, and gives it as it is then.
[[nodiscard]] api::Answer<runtime::Download> wait_for_end(const api::ControlClient& client,
                                                          runtime::Download download);

}  // namespace lanspread::cli
