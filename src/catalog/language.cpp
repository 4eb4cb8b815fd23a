#include "catalog/language.h"

#include <cstdlib>

namespace lanspread::catalog {

std::string_view to_string(Language language)
{
    switch (language) {
        case Language::de: return "de";
        case Language::fr: return "fr";
        case Language::en: break;
    }
    return "en";
}

std::optional<Language> parse_language(std::string_view text)
{
    for (const auto language : {Language::de, Language::en, Language::fr}) {
        if (text == to_string(language)) {
            return language;
        }
    }
    return std::nullopt;
}

const std::string& text_in(const wire::LocalText& text, Language language)
{
    const auto& wanted = language == Language::de ? text.de : language == Language::fr ? text.fr : text.en;
    for (const auto* one : {&wanted, &text.en, &text.de}) {
        if (!one->empty()) {
            return *one;
        }
    }
    return text.fr;
}

Language language_of_locale(std::string_view locale)
{
    const auto word = locale.substr(0, locale.find_first_of("_.@"));
    return parse_language(word).value_or(Language::en);
}

Language language_of_environment()
{
    for (const auto* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const auto* value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return language_of_locale(value);
        }
    }
    return Language::en;
}

}  // namespace lanspread::catalog
