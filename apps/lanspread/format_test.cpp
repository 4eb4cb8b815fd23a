#include "lanspread/format.h"

#include <gtest/gtest.h>

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
}

TEST(Format, cutting_keeps_characters_whole)
{
    EXPECT_EQ(cut("Übermut", 7), "Übermut");
    EXPECT_EQ(cut("Übermut", 3), "Üb…");
    EXPECT_EQ(cut("Übermut", 1), "…");
    EXPECT_EQ(cut("Übermut", 0), "");
}

TEST(Format, table_columns_are_as_wide_as_their_widest_cell)
{
    Table table({"NAME", "ID"});
    table.add({"Jürgen", "1"});
    table.add({"x", "22"});
    EXPECT_EQ(table.text(), "NAME    ID\nJürgen  1\nx       22\n");
}

}  // namespace lanspread::cli
