#include "wire/codec.h"

#include "base/utf8.h"

#include <limits>

namespace lanspread::wire {

namespace {

constexpr std::size_t max_failure_text = 1024;

}  // namespace

Result<HelloHead> head_of_hello(std::string_view text, std::size_t max_size)
{
    const auto document = JsonDocument::parse(text, max_size);
    if (!document) {
        return fail(document.error());
    }
    const auto root = document->root();
    const MemberPath path(type_name<Hello>());
    const auto protocol_path = path.member("protocol");
    const auto protocol = root.member("protocol");
    if (root.type() != type_name<Hello>() || !protocol) {
        return path.fail(ErrorCode::invalid_input, "expected one that names its protocol");
    }
    const auto number = protocol->unsigned_integer(std::numeric_limits<std::uint32_t>::max(), protocol_path);
    if (!number) {
        return fail(number.error());
    }
    const auto name = root.member("name");
    const auto name_text = name ? name->string(path.member("name")) : Result<std::string_view>("");
    return HelloHead{.protocol = static_cast<std::uint32_t>(*number),
                     .name = std::string(name_text.value_or(""))};
}

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
