#include "wire/checks.h"

#include "base/utf8.h"

#include <fmt/format.h>

namespace lanspread::wire {

Result<void> check_line(std::string_view member, std::string_view text, std::size_t max_size)
{
    if (text.size() > max_size || has_control_characters(text)) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("{}: expected at most {} bytes, without control characters", member, max_size));
    }
    return {};
}

Result<void> check_count(std::string_view member, std::size_t count, std::size_t max)
{
    if (count > max) {
        return fail(ErrorCode::invalid_input, fmt::format("{}: expected at most {}", member, max));
    }
    return {};
}

}  // namespace lanspread::wire
