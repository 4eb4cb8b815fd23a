#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lanspread {

/// A character of a text in UTF-8.
struct Utf8Character {
    std::int32_t code = -1;  ///< its code point; below 0 where these bytes are no character
    std::size_t size = 1;    ///< in bytes
};

/// The one that `text`, which is not empty, begins with.
[[nodiscard]] Utf8Character first_character(std::string_view text);

/// `code` is a code point of Unicode, and no surrogate.
void append_character(std::string& text, char32_t code);

}  // namespace lanspread
