#include "catalog/language.h"

#include <gtest/gtest.h>

namespace lanspread::catalog {

TEST(Language, is_read_and_written_by_its_two_letters)
{
    for (const auto language : {Language::de, Language::en, Language::fr}) {
        EXPECT_EQ(parse_language(to_string(language)), language);
    }
    EXPECT_FALSE(parse_language("es"));
}

TEST(Language, chooses_the_text_that_was_asked_for)
{
    const wire::LocalText text{.de = "deutsch", .en = "english", .fr = "français"};
    EXPECT_EQ(text_in(text, Language::de), "deutsch");
    EXPECT_EQ(text_in(text, Language::en), "english");
    EXPECT_EQ(text_in(text, Language::fr), "français");
}

TEST(Language, falls_back_to_english_then_german_then_french)
{
    EXPECT_EQ(text_in({.de = "deutsch", .en = "english"}, Language::fr), "english");
    EXPECT_EQ(text_in({.de = "deutsch", .fr = "français"}, Language::en), "deutsch");
    EXPECT_EQ(text_in({.fr = "français"}, Language::de), "français");
    EXPECT_EQ(text_in({}, Language::de), "");
}

TEST(Language, is_english_for_locales_that_are_not_german_or_french)
{
    EXPECT_EQ(language_of_locale("de_AT.UTF-8"), Language::de);
    EXPECT_EQ(language_of_locale("fr"), Language::fr);
    EXPECT_EQ(language_of_locale("C.UTF-8"), Language::en);
    EXPECT_EQ(language_of_locale("es_ES@euro"), Language::en);
}

}  // namespace lanspread::catalog
