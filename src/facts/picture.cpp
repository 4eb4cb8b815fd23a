#include "facts/picture.h"

namespace lanspread::facts {

std::optional<std::string_view> picture_format(ByteSpan bytes)
{
    using namespace std::literals;
    const auto text = as_text(bytes);
    if (text.starts_with("\xff\xd8\xff"sv)) {
        return "jpg";
    }
    if (text.starts_with("\x89PNG\r\n\x1a\n"sv)) {
        return "png";
    }
    return std::nullopt;
}

}  // namespace lanspread::facts
