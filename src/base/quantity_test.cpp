#include "base/quantity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread {

TEST(Quantity, sizes_have_three_digits_and_decimal_units)
{
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(999), "999 B");
    EXPECT_EQ(size_text(1000), "1.00 kB");
    EXPECT_EQ(size_text(12'345'678), "12.3 MB");
    EXPECT_EQ(size_text(123'456'789), "123 MB");
    EXPECT_EQ(size_text(999'999'999), "1.00 GB");
    EXPECT_EQ(size_text(5'000'000'000'000'000), "5000 TB");
}

TEST(Quantity, rates_are_sizes_a_second)
{
    EXPECT_EQ(rate_text(112'000'000), "112 MB/s");
    EXPECT_EQ(rate_text(0), "0 B/s");
    EXPECT_EQ(rate_text(-1), "0 B/s");
}

TEST(Quantity, sizes_are_read_as_people_type_them)
{
    EXPECT_EQ(parse_size("0"), 0U);
    EXPECT_EQ(parse_size("1500"), 1500U);
    EXPECT_EQ(parse_size("500k"), 500'000U);
    EXPECT_EQ(parse_size("5M"), 5'000'000U);
    EXPECT_EQ(parse_size("1.5 MB"), 1'500'000U);
    EXPECT_EQ(parse_size("2gb"), 2'000'000'000U);
    EXPECT_EQ(parse_size("12 B"), 12U);
}

TEST(Quantity, what_is_no_size_is_refused)
{
    for (const auto* text : {"", "M", "fast", "-1", "5 M/s", "5MM", "1e5", "nan", "inf", "0x10", "5 5", " 5",
                             "99999999999999999999", "2000000T"}) {
        EXPECT_FALSE(parse_size(text)) << text;
    }
}

RC_GTEST_PROP(Quantity, sizes_are_never_longer_than_seven_columns_below_a_petabyte, (std::uint64_t bytes))
{
    RC_ASSERT(size_text(bytes % 1'000'000'000'000'000).size() <= 7U);
}

RC_GTEST_PROP(Quantity, whatever_is_typed_is_read_or_refused, (std::string text)) { (void)parse_size(text); }

}  // namespace lanspread
