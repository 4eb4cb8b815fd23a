#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/facts.h"

/// In which language a person reads what is told about games. Pure functions, but for the last.
namespace lanspread::catalog {

enum class Language { de, en, fr };

/// "de", "en", "fr".
[[nodiscard]] std::string_view to_string(Language language);
[[nodiscard]] std::optional<Language> parse_language(std::string_view text);

/// The text in that language; where it has none, in the first of English, German and French that it has.
/// Empty where it has none at all. Lives as long as `text`.
[[nodiscard]] const std::string& text_in(const wire::LocalText& text, Language language);

/// The language that a locale names ("de_AT.UTF-8"): English for all that are not German or French.
[[nodiscard]] Language language_of_locale(std::string_view locale);
/// That of the environment: LC_ALL, else LC_MESSAGES, else LANG (POSIX.1-2017, 8.2).
[[nodiscard]] Language language_of_environment();

}  // namespace lanspread::catalog
