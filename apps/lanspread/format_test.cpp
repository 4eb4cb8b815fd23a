#include "lanspread/format.h"

#include <array>

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace lanspread::cli {

TEST(Format, durations_are_rounded_up_to_what_a_person_needs)
{
    EXPECT_EQ(duration_text(0.2), "1 s");
    EXPECT_EQ(duration_text(185), "3 min 05 s");
    EXPECT_EQ(duration_text(7800), "2 h 10 min");
}

TEST(Format, counts_know_one_from_many)
{
    EXPECT_EQ(count_text(1, "source"), "1 source");
    EXPECT_EQ(count_text(0, "source"), "0 sources");
}

TEST(Format, what_others_wrote_cannot_steer_the_terminal)
{
    EXPECT_EQ(printable("red \x1b[31m\r\n"), "red ?[31m??");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "?31m");  // CSI as one C1 character
    EXPECT_EQ(printable("Übermut"), "Übermut");
    for (const std::string turning :
         {"\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\u2029", "\ufeff", "\u00ad"}) {
        EXPECT_EQ(printable("a" + turning + "b"), "a?b") << turning;
    }
    EXPECT_EQ(printable("a\xffz"), "a\uFFFDz");
    EXPECT_EQ(printable("\u06cc\u200c\u06a9"), "\u06cc\u200c\u06a9") << "a joiner that Persian needs";
}

TEST(Format, lines_keep_their_ends_and_nothing_else_of_control)
{
    EXPECT_EQ(printable_lines("a\tb\n\nc\x1b[2J"), "a b\n\nc?[2J\n");
    EXPECT_EQ(printable_lines(""), "");
}

TEST(Format, cutting_keeps_characters_whole)
{
    EXPECT_EQ(cut("Übermut", 7), "Übermut");
    EXPECT_EQ(cut("Übermut", 3), "Üb…");
    EXPECT_EQ(cut("Übermut", 1), "…");
    EXPECT_EQ(cut("Übermut", 0), "");
}

TEST(Format, wide_characters_take_two_columns_and_marks_none)
{
    EXPECT_EQ(cut("東方Project", 5), "東方…");
    EXPECT_EQ(cut("東方Project", 4), "東…");
    Table table({"A", "B"});
    table.add({"東方", "1"});
    table.add({"u\u0308ber", "2"});
    EXPECT_EQ(table.text(), "A     B\n東方  1\nu\u0308ber  2\n");
}

TEST(Format, a_table_fits_its_width_as_far_as_its_flexible_columns_give_way)
{
    Table table({"TITLE", "ID", "N"});
    table.add({"a very long title of a game", "a-long-identifier", "12345"});
    const std::array<std::size_t, 2> flexible{0, 1};
    for (std::size_t width = 27; width <= 60; ++width) {
        const auto text = table.text(width, flexible);
        const auto second = text.substr(text.find('\n') + 1);
        EXPECT_LE(columns_of(second.substr(0, second.size() - 1)), width);
        EXPECT_TRUE(second.ends_with("12345\n")) << "what is not flexible stays whole";
    }
    EXPECT_TRUE(table.text(10, flexible).contains("a very …")) << "nothing is cut below eight columns";
    EXPECT_TRUE(table.text().contains("a very long title of a game")) << "where there is no width";
}

TEST(Format, table_columns_are_as_wide_as_their_widest_cell)
{
    Table table({"NAME", "ID"});
    table.add({"Jürgen", "1"});
    table.add({"x", "22"});
    EXPECT_EQ(table.text(), "NAME    ID\nJürgen  1\nx       22\n");
}

}  // namespace lanspread::cli
