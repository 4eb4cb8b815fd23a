#include "base/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread {

TEST(Utf8, is_told_from_what_is_not)
{
    EXPECT_TRUE(
        is_utf8(""
                "ascii ü € 🎮"));
    for (const auto* text : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
        EXPECT_FALSE(is_utf8(text));
    }
}

TEST(Utf8, is_mended_by_replacement_characters)
{
    EXPECT_EQ(mend_utf8("a\xff"
                        "b\xc3"),
              "a\uFFFDb\uFFFD");
    EXPECT_EQ(mend_utf8("ü"), "ü");
}

TEST(Utf8, is_cut_between_characters)
{
    EXPECT_EQ(clip_utf8("aüb", 2), "a");
    EXPECT_EQ(clip_utf8("aüb", 3), "aü");
    EXPECT_EQ(clip_utf8("aüb", 100), "aüb");
    EXPECT_EQ(clip_utf8("a", 0), "");
}

RC_GTEST_PROP(Utf8, comes_out_valid_and_short_whatever_goes_in, (const std::string& text))
{
    const auto size = *rc::gen::inRange<std::size_t>(0, 20);
    const auto clipped = clip_utf8(text, size);
    RC_ASSERT(is_utf8(clipped));
    RC_ASSERT(clipped.size() <= size);
    RC_ASSERT(is_utf8(mend_utf8(text)));
}

TEST(Utf8, has_control_characters_in_two_ranges)
{
    for (const auto* text : {"\x01", "\n", "\x7f", "a\u0085", "\u009f"}) {
        EXPECT_TRUE(has_control_characters(text));
    }
    for (const auto* text : {"", " ~", "\u00a0", "ü\xff"}) {
        EXPECT_FALSE(has_control_characters(text));
    }
}

TEST(Utf8, is_composed_and_folded_only_where_it_is_valid)
{
    EXPECT_EQ(composed("u\xcc\x88"), "ü");
    EXPECT_EQ(case_folded("U\xcc\x88"), case_folded("ü"));
    EXPECT_FALSE(composed("\xff"));
    EXPECT_FALSE(case_folded("\xff"));
}

TEST(Utf8, is_found_by_who_searches_without_case_and_accents)
{
    EXPECT_EQ(search_form("Übermütige ÉTOILES"), "ubermutige etoiles");
    EXPECT_EQ(search_form("u\u0308ber"), search_form("ÜBER"));
    EXPECT_EQ(search_form("Straße"), search_form("STRASSE"));
    EXPECT_EQ(search_form("ﬁﬁ"), "fifi");
    EXPECT_FALSE(search_form("a\xff").empty());
    EXPECT_EQ(search_form(""), "");
}

TEST(Utf8, is_shown_by_a_terminal_and_never_obeyed)
{
    EXPECT_EQ(for_terminal("a\x1b[31m\u202eb\u0085"), "a?[31m?b?");
    EXPECT_EQ(for_terminal("ü\xff"), "ü\uFFFD");
    EXPECT_EQ(columns_of("ü東\u0301"), 3U);
}

RC_GTEST_PROP(Utf8, has_no_control_characters_left_for_a_terminal, (const std::string& text))
{
    const auto clean = for_terminal(text);
    RC_ASSERT(is_utf8(clean));
    RC_ASSERT(!has_control_characters(clean));
    RC_ASSERT(for_terminal(clean) == clean);
}

}  // namespace lanspread
