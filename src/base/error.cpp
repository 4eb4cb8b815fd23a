#include "base/error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace lanspread {

namespace {

constexpr std::array<std::pair<ErrorCode, std::string_view>, 10> words{{
    {ErrorCode::invalid_input, "invalid_input"},
    {ErrorCode::not_found, "not_found"},
    {ErrorCode::refused, "refused"},
    {ErrorCode::unavailable, "unavailable"},
    {ErrorCode::timed_out, "timed_out"},
    {ErrorCode::disk_full, "disk_full"},
    {ErrorCode::io, "io"},
    {ErrorCode::corrupt, "corrupt"},
    {ErrorCode::exists, "exists"},
    {ErrorCode::internal, "internal"},
}};

}  // namespace

std::string_view to_string(ErrorCode code)
{
    const auto found = std::ranges::find(words, code, &std::pair<ErrorCode, std::string_view>::first);
    return found == words.end() ? "internal" : found->second;
}

std::optional<ErrorCode> to_error_code(std::string_view word)
{
    const auto found = std::ranges::find(words, word, &std::pair<ErrorCode, std::string_view>::second);
    return found == words.end() ? std::nullopt : std::optional(found->first);
}

Error Error::in(std::string_view context) const { return {code, fmt::format("{}: {}", context, message)}; }

Error system_error(std::string_view what, int error_number)
{
    const auto code = error_number == ENOSPC || error_number == EDQUOT ? ErrorCode::disk_full
                      : error_number == ENOENT                         ? ErrorCode::not_found
                                                                       : ErrorCode::io;
    return {code, fmt::format("{}: {}", what, std::generic_category().message(error_number))};
}

}  // namespace lanspread
