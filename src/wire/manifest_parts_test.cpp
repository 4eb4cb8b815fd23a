#include "wire/manifest_parts.h"

#include <gtest/gtest.h>

#include "wire/codec.h"

namespace lanspread::wire {

namespace {

bool is_good(std::uint32_t items, std::vector<std::uint32_t> runs)
{
    return check(GetManifestSums{.content = {}, .items = items, .runs = std::move(runs)}).has_value();
}

bool is_good(std::vector<std::uint32_t> runs)
{
    return check(GetManifestRanges{.content = {}, .runs = std::move(runs)}).has_value();
}

}  // namespace

TEST(ManifestParts, are_grouped_by_powers_of_two)
{
    EXPECT_TRUE(is_good(1, {0, 1}));
    EXPECT_TRUE(is_good(max_group_items, {0, 1}));
    for (const auto items : {0U, 3U, 2 * max_group_items}) {
        EXPECT_FALSE(is_good(items, {0, 1})) << items;
    }
}

TEST(ManifestParts, are_named_by_pairs_of_numbers_and_not_too_many)
{
    const std::vector<std::uint32_t> many(max_manifest_runs, 1);
    EXPECT_TRUE(is_good(many));
    EXPECT_TRUE(is_good(1, many));
    const std::vector<std::uint32_t> too_many(max_manifest_runs + 2, 1);
    EXPECT_FALSE(is_good(too_many));
    EXPECT_FALSE(is_good(1, too_many));
    EXPECT_FALSE(is_good({0, 1, 2}));
    EXPECT_FALSE(is_good(1, {0, 1, 2}));
}

TEST(ManifestParts, are_all_of_it_where_sums_are_asked_for_without_a_run)
{
    EXPECT_TRUE(is_good(1, {}));
    EXPECT_FALSE(is_good({}));
}

TEST(ManifestParts, that_cannot_be_are_refused_when_they_are_read)
{
    const auto text = encode(GetManifestSums{.content = {}, .items = 8, .runs = {5, 6}}).value();
    ASSERT_TRUE(decode<GetManifestSums>(text));
    EXPECT_EQ(decode<GetManifestSums>(text)->runs, (std::vector<std::uint32_t>{5, 6}));
    auto wrong = text;
    wrong.replace(wrong.find(":8,"), 3, ":9,");
    EXPECT_FALSE(decode<GetManifestSums>(wrong));
}

}  // namespace lanspread::wire
