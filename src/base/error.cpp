#include "base/error.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace lanspread {

std::string_view to_string(ErrorCode code)
{
    switch (code) {
        case ErrorCode::invalid_input: return "invalid_input";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::refused: return "refused";
        case ErrorCode::unavailable: return "unavailable";
        case ErrorCode::timed_out: return "timed_out";
        case ErrorCode::disk_full: return "disk_full";
        case ErrorCode::io: return "io";
        case ErrorCode::corrupt: return "corrupt";
        case ErrorCode::exists: return "exists";
        case ErrorCode::internal: return "internal";
    }
    return "internal";
}

Error Error::in(std::string_view context) const
{
    return {code, fmt::format("{}: {}", context, message)};
}

Error system_error(std::string_view what, int error_number)
{
    const auto code = error_number == ENOSPC || error_number == EDQUOT ? ErrorCode::disk_full
                      : error_number == ENOENT                         ? ErrorCode::not_found
                                                                       : ErrorCode::io;
    return {code, fmt::format("{}: {}", what, std::generic_category().message(error_number))};
}

}  // namespace lanspread
