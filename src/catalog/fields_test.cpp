#include "catalog/fields.h"

#include <limits>

#include <gtest/gtest.h>

namespace lanspread::catalog {

TEST(CatalogFields, reads_a_size_in_fractions_of_a_gigabyte)
{
    EXPECT_EQ(size_of(4.5), 4'500'000'000);
    EXPECT_EQ(size_of(0.031), 31'000'000);
    EXPECT_EQ(size_of(std::int64_t{12}), 12'000'000'000);
}

TEST(CatalogFields, reads_a_size_that_is_a_text_with_a_comma_or_a_point)
{
    EXPECT_EQ(size_of("4,5"), 4'500'000'000);
    EXPECT_EQ(size_of(" 4.5 GB\n"), 4'500'000'000);
    EXPECT_EQ(size_of("700 MB"), 700'000'000);
    EXPECT_EQ(size_of("1.024,5"), 1'024'500'000'000);
}

TEST(CatalogFields, does_not_know_a_size_that_makes_no_sense)
{
    for (const Field& field :
         {Field(), Field(""), Field("much"), Field("4 apples"), Field(-3.0), Field("-3"), Field(1e300),
          Field("."), Field(std::numeric_limits<double>::quiet_NaN()),
          Field(std::numeric_limits<std::int64_t>::max()), Field("99999999999999999999999999999999")}) {
        EXPECT_EQ(size_of(field), 0);
    }
}

TEST(CatalogFields, reads_how_many_people_can_play_from_a_text)
{
    EXPECT_EQ(players_of("2 (+ 6 CPU)"), 2);
    EXPECT_EQ(players_of("16 + bots (64)"), 16);
    EXPECT_EQ(players_of("2-16"), 16);
    EXPECT_EQ(players_of("1, 2 or 4"), 4);
    EXPECT_EQ(players_of("8"), 8);
    EXPECT_EQ(players_of(std::int64_t{32}), 32);
    EXPECT_EQ(players_of(4.0), 4);
}

TEST(CatalogFields, does_not_know_how_many_play_where_no_sensible_number_is)
{
    for (const Field& field :
         {Field(), Field("many"), Field("-5"), Field(std::int64_t{-5}), Field("99999999999")}) {
        EXPECT_EQ(players_of(field), 0);
    }
}

TEST(CatalogFields, takes_only_eight_digits_for_a_version)
{
    EXPECT_EQ(version_of("20240131"), "20240131");
    EXPECT_EQ(version_of(" 20240131\r\n"), "20240131");
    EXPECT_EQ(version_of(std::int64_t{20240131}), "20240131");
    EXPECT_EQ(version_of(20240131.0), "20240131");
    for (const Field& field :
         {Field(), Field("2024-01-31"), Field("1.0"), Field("202401311"), Field("2024013a")}) {
        EXPECT_EQ(version_of(field), "");
    }
}

TEST(CatalogFields, writes_numbers_as_people_do)
{
    EXPECT_EQ(text_of(std::int64_t{1999}), "1999");
    EXPECT_EQ(text_of(1999.0), "1999");
    EXPECT_EQ(text_of(1.5), "1.5");
    EXPECT_EQ(text_of(Field()), "");
}

}  // namespace lanspread::catalog
