#include "wire/codec.h"

#include "base/utf8.h"

namespace lanspread::wire {

namespace {

constexpr std::size_t max_failure_text = 1024;

}  // namespace

Failure to_failure(const Error& error)
{
    return {.code = std::string(to_string(error.code)),
            .message = clip_utf8(error.message, max_failure_text)};
}

Error to_error(const Failure& failure)
{
    return {to_error_code(failure.code).value_or(ErrorCode::refused), failure.message};
}

}  // namespace lanspread::wire
