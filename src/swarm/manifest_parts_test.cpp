#include "swarm/manifest_parts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "content/hash.h"
#include "wire/manifest_parts.h"

namespace lanspread::swarm {

namespace {

using content::ManifestRange;
using Runs = std::vector<std::uint32_t>;

content::Manifest manifest_of(int files)
{
    std::vector<content::ManifestFile> list{{.path = SafePath::parse("version.ini").value(), .size = 9}};
    for (int number = 0; number < files; ++number) {
        list.push_back({.path = SafePath::parse(fmt::format("{}/{}", std::string(100, 'd'), number)).value(),
                        .size = 0});
    }
    return content::Manifest::make(GameId::parse("doom").value(), "20240131", std::move(list),
                                   std::vector<ChunkHash>(1))
        .value();
}

}  // namespace

TEST(ManifestParts, come_back_from_their_runs)
{
    const std::vector<ManifestRange> ranges{{3, 4}, {7, 1}, {20, 5}};
    EXPECT_EQ(to_runs(ranges), (Runs{3, 4, 0, 1, 12, 5}));
    EXPECT_EQ(to_ranges(to_runs(ranges), 25).value(), ranges);
    EXPECT_EQ(total_size(ranges), 10U);
}

TEST(ManifestParts, that_there_are_not_are_refused)
{
    const Runs runs{3, 4, 0, 1, 12, 5};
    EXPECT_FALSE(to_ranges(runs, 24));
    for (const auto& beyond :
         {Runs{26, 0}, Runs{0, 26}, Runs{10, 0xffffffff}, Runs{0xffffffff, 2}, Runs{0, 20, 0xfffffff0, 20}}) {
        EXPECT_FALSE(to_ranges(beyond, 25));
    }
}

TEST(ManifestParts, are_bytes_of_the_manifest_in_order)
{
    const content::ManifestGroups groups(manifest_of(10));
    const auto& all = groups.bytes();
    const auto bytes = manifest_ranges(groups, Runs{5, 2, 100, 3}).value();
    EXPECT_EQ(bytes, (Bytes{all[5], all[6], all[107], all[108], all[109]}));
}

TEST(ManifestParts, have_the_sums_of_what_they_are_and_without_a_run_of_all)
{
    const content::ManifestGroups groups(manifest_of(10));
    const auto sums = manifest_sums(groups, 1, {}).value();
    ASSERT_EQ(sums.size(), 8 * groups.cut(groups.whole(), 1).size());
    EXPECT_EQ(ByteReader(sums).u64(), groups.cut(groups.whole(), 1).front().mark);
    EXPECT_EQ(manifest_sums(groups, 1, Runs{0, groups.size()}).value(), sums);
    EXPECT_EQ(manifest_sums(groups, 1, Runs{0, 7, 0, 8}).value().size(), 16U);
    EXPECT_FALSE(manifest_sums(groups, 1, Runs{0, groups.size() + 1}));
}

TEST(ManifestParts, that_are_too_long_for_one_answer_are_refused)
{
    const content::ManifestGroups groups(manifest_of(10'000));
    ASSERT_GT(groups.size(), wire::max_manifest_answer);
    EXPECT_TRUE(manifest_ranges(groups, Runs{0, wire::max_manifest_answer}));
    EXPECT_FALSE(manifest_ranges(groups, Runs{0, wire::max_manifest_answer + 1}));
    EXPECT_TRUE(manifest_sums(groups, 1, {}));
    Runs bytes;
    for (std::uint32_t byte = 0; byte <= wire::max_manifest_answer / 8; ++byte) {
        bytes.insert(bytes.end(), {0, 1});
    }
    EXPECT_FALSE(manifest_sums(groups, 1, bytes));
}

}  // namespace lanspread::swarm
