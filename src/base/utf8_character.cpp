#include "base/utf8_character.h"

#include <array>

#include <utf8proc.h>

namespace lanspread {

Utf8Character first_character(std::string_view text)
{
    Utf8Character character;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &character.code);
    return size > 0 ? Utf8Character{character.code, static_cast<std::size_t>(size)} : Utf8Character{};
}

void append_character(std::string& text, char32_t code)
{
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

}  // namespace lanspread
