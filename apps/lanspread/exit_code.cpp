#include "lanspread/exit_code.h"

#include <fmt/format.h>

#include "lanspread/format.h"

namespace lanspread::cli {

void complain(std::string_view message) { fmt::print(stderr, "lanspread: {}\n", printable(message)); }

ExitCode fail_with(const Error& error)
{
    complain(error.message);
    switch (error.code) {
        case ErrorCode::invalid_input: return ExitCode::wrong_use;
        case ErrorCode::refused: return ExitCode::refused;
        case ErrorCode::not_found: return ExitCode::not_found;
        default: return ExitCode::failed;
    }
}

ExitCode fail_with(const api::ControlError& error)
{
    const auto code = fail_with(error.error);
    return error.no_peer ? ExitCode::no_peer : code;
}

}  // namespace lanspread::cli
