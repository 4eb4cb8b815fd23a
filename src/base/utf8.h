#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Text that came from outside. All text inside lanspread is UTF-8.
namespace lanspread {

[[nodiscard]] bool is_utf8(std::string_view text);

/// `text` with each byte that is no part of valid UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string mend_utf8(std::string_view text);

/// The longest beginning of `text`, mended, that has at most `max_size` bytes and no half character at its
/// end.
[[nodiscard]] std::string clip_utf8(std::string_view text, std::size_t max_size);

/// Whether there is a control character in it: U+0000 to U+001F, U+007F to U+009F.
[[nodiscard]] bool has_control_characters(std::string_view text);

/// `text` as a terminal shows it and does not obey it: control characters, and the invisible ones that turn
/// the direction of what follows or otherwise format it (but for joiners, which letters need), become `?`;
/// bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string for_terminal(std::string_view text);

/// Columns that a terminal takes for such a text: two for a wide character, none for a mark on one.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The form in which a person who searches finds `text`: without case, and without accents and other marks.
[[nodiscard]] std::string search_form(std::string_view text);

/// The composed form (NFC, Unicode Standard Annex 15); nothing where `text` is not UTF-8.
[[nodiscard]] std::optional<std::string> composed(std::string_view text);

/// The form in which two texts are the same when they differ only in case, in composition, or in characters
/// that file systems ignore; nothing where `text` is not UTF-8.
[[nodiscard]] std::optional<std::string> case_folded(std::string_view text);

}  // namespace lanspread
