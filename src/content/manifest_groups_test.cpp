#include "content/manifest_groups.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "content/hash.h"

namespace lanspread::content {

namespace {

using Files = std::vector<ManifestFile>;

ManifestFile file(const std::string& path, std::uint64_t size)
{
    return {.path = SafePath::parse(path).value(), .size = size, .executable = false};
}

/// Many small files in some folders.
Files many_files(int count = 3000)
{
    Files files{file("version.ini", 9)};
    for (int number = 0; number < count; ++number) {
        files.push_back(file(fmt::format("dir{:02}/file{}.dat", number % 50, number),
                             1000 + static_cast<std::uint64_t>(number)));
    }
    return files;
}

Manifest manifest_of(Files files)
{
    const auto sorted = canonical_files(std::move(files)).value();
    std::vector<ChunkHash> hashes(chunk_count(sorted));
    for (std::size_t chunk = 0; chunk < hashes.size(); ++chunk) {
        hashes[chunk] = hash_chunk(as_bytes(fmt::format("{}", chunk)));
    }
    return Manifest::make(GameId::parse("doom").value(), "20240131", sorted, std::move(hashes)).value();
}

std::set<std::uint64_t> marks_of(const Manifest& manifest, std::uint32_t items)
{
    const ManifestGroups groups(manifest);
    std::set<std::uint64_t> marks;
    for (const auto& group : groups.cut(groups.whole(), items)) {
        marks.insert(group.mark);
    }
    return marks;
}

/// How many groups of `one` are not in `other`.
std::size_t differing(const Manifest& one, const Manifest& other, std::uint32_t items)
{
    const auto theirs = marks_of(other, items);
    return static_cast<std::size_t>(
        std::ranges::count_if(marks_of(one, items), [&](auto mark) { return !theirs.contains(mark); }));
}

/// Fails where `groups` are not one behind the other, from the range's beginning to its end.
void expect_cover(const std::vector<ManifestGroup>& groups, ManifestRange range)
{
    auto end = range.offset;
    for (const auto& group : groups) {
        EXPECT_EQ(group.range.offset, end);
        EXPECT_GT(group.range.size, 0U);
        EXPECT_EQ(size_in_mark(group.mark), group.range.size);
        end += group.range.size;
    }
    EXPECT_EQ(end, range.offset + range.size);
}

}  // namespace

TEST(ManifestGroups, cover_the_manifest_and_have_about_as_many_items_as_asked_for)
{
    const ManifestGroups groups(manifest_of(many_files()));
    for (const auto items : {1U, 8U, 256U}) {
        const auto cut = groups.cut(groups.whole(), items);
        expect_cover(cut, groups.whole());
        EXPECT_GE(cut.size(), 3000U / items / 2);
        EXPECT_LE(cut.size(), 3000U / items * 2 + 10);
    }
}

TEST(ManifestGroups, of_one_item_are_the_head_the_files_the_count_and_the_hashes)
{
    const auto manifest = manifest_of({file("a", 5), file("version.ini", 9)});
    const ManifestGroups groups(manifest);
    const auto cut = groups.cut(groups.whole(), 1);
    std::vector<std::uint32_t> sizes;
    for (const auto& group : cut) {
        sizes.push_back(group.range.size);
    }
    EXPECT_EQ(sizes, (std::vector<std::uint32_t>{4 + 1 + 1 + 4 + 8 + 4, 2 + 1 + 9, 2 + 11 + 9, 4, 32}));
}

TEST(ManifestGroups, lie_within_those_of_more_items)
{
    const ManifestGroups groups(manifest_of(many_files()));
    std::set<std::uint32_t> ends;
    for (const auto& group : groups.cut(groups.whole(), 8)) {
        ends.insert(group.range.offset + group.range.size);
    }
    for (const auto& group : groups.cut(groups.whole(), 256)) {
        EXPECT_TRUE(ends.contains(group.range.offset + group.range.size));
    }
}

TEST(ManifestGroups, of_a_part_are_those_of_the_whole)
{
    const ManifestGroups groups(manifest_of(many_files()));
    const auto whole = groups.cut(groups.whole(), 8);
    for (const auto& large : groups.cut(groups.whole(), 256)) {
        const auto part = groups.cut(large.range, 8);
        expect_cover(part, large.range);
        const auto first = std::ranges::find(whole, part.front().mark, &ManifestGroup::mark);
        ASSERT_LE(std::distance(whole.begin(), first) + std::ssize(part), std::ssize(whole));
        EXPECT_TRUE(std::equal(part.begin(), part.end(), first,
                               [](const auto& one, const auto& other) { return one.mark == other.mark; }));
    }
}

TEST(ManifestGroups, may_begin_and_end_within_items)
{
    const ManifestGroups groups(manifest_of(many_files(100)));
    for (const ManifestRange range : {ManifestRange{3, 1}, ManifestRange{1, groups.size() - 2},
                                      ManifestRange{groups.size() - 5, 5}, ManifestRange{40, 0}}) {
        expect_cover(groups.cut(range, 1), range);
        expect_cover(groups.cut(range, 8), range);
    }
}

TEST(ManifestGroups, with_a_file_of_another_size_are_all_that_differs)
{
    const auto old = manifest_of(many_files());
    for (std::size_t number = 0; number < 3000; number += 30) {
        auto files = many_files();
        files[number].size += 1;
        const auto changed = manifest_of(std::move(files));
        EXPECT_EQ(differing(changed, old, 8), 1U) << number;
        EXPECT_EQ(differing(changed, old, 1), 1U) << number;
    }
}

TEST(ManifestGroups, with_a_new_file_and_the_head_are_all_that_differs)
{
    const auto old = manifest_of(many_files());
    auto files = many_files();
    files.push_back(file("a new one.dat", 0));  // in no chunk
    const auto changed = manifest_of(std::move(files));
    EXPECT_EQ(differing(changed, old, 1), 2U);
    EXPECT_LE(differing(changed, old, 8), 3U);  // the new one may split a group
}

TEST(ManifestGroups, are_no_longer_than_their_marks_can_say)
{
    Files files{file("version.ini", 9)};
    for (int number = 0; number < 4000; ++number) {
        files.push_back(file(fmt::format("{}/{:0200}", std::string(200, 'd'), number), 1));
    }
    const ManifestGroups groups(manifest_of(std::move(files)));
    const auto cut = groups.cut(groups.whole(), 4096);
    EXPECT_GE(cut.size(), groups.size() / 65535);
    expect_cover(cut, groups.whole());
}

}  // namespace lanspread::content
