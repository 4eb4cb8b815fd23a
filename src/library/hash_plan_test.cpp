#include "library/hash_plan.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "content/hash.h"

namespace lanspread::library {

namespace {

/// A file as these tests think of it: `change` counts how often it was written.
struct Model {
    std::uint64_t size = 0;
    std::uint64_t change = 0;
};

/// Files by path, beside the sentinel that every root has.
using Files = std::map<std::string, Model>;

Fingerprint fingerprint(Files files)
{
    files.emplace("version.ini", Model{.size = 8, .change = 0});
    Fingerprint result{.version_ini = "20240101", .files = {}};
    for (const auto& [path, file] : files) {
        result.files.push_back({.path = SafePath::parse(path).value(),
                                .stat = {.size = file.size,
                                         .mtime_ns = static_cast<std::int64_t>(file.change),
                                         .ctime_ns = 0,
                                         .inode = 1,
                                         .executable = false}});
    }
    return result;
}

/// A text that is the same exactly where a chunk's bytes are.
std::vector<std::string> chunk_texts(const Fingerprint& now)
{
    const auto layout = content::chunk_layout(manifest_files(now));
    std::vector<std::string> texts;
    for (std::size_t chunk = 0; chunk + 1 < layout.first_extent.size(); ++chunk) {
        std::string text;
        for (auto index = layout.first_extent[chunk]; index < layout.first_extent[chunk + 1]; ++index) {
            const auto& extent = layout.extents[index];
            const auto& file = now.files[extent.file];
            text += fmt::format("{} {} {} {}\n", file.path.text(), file.stat.mtime_ns, extent.offset,
                                extent.size);
        }
        texts.push_back(text);
    }
    return texts;
}

content::Manifest manifest(const Fingerprint& now)
{
    std::vector<ChunkHash> hashes;
    for (const auto& text : chunk_texts(now)) {
        hashes.push_back(content::hash_chunk(as_bytes(text)));
    }
    return content::Manifest::make(GameId::parse("doom").value(), "20240101", manifest_files(now), hashes)
        .value();
}

HashPlan plan(const Files& before, const Files& now)
{
    const auto old = fingerprint(before);
    const auto old_manifest = manifest(old);
    return plan_hashing(fingerprint(now), &old, &old_manifest);
}

TEST(HashPlan, reads_everything_of_a_root_that_is_new)
{
    const auto made = plan_hashing(fingerprint({{"a", {.size = 5'000'000}}}), nullptr, nullptr);
    EXPECT_EQ(made.to_read.size(), 6U);
    EXPECT_EQ(made.bytes_to_read, 5'000'008U);
}

TEST(HashPlan, reads_nothing_where_nothing_changed)
{
    const Files files{{"a", {.size = 5'000'000}}, {"b", {.size = 10}}};
    EXPECT_TRUE(plan(files, files).to_read.empty());
}

TEST(HashPlan, reads_only_the_large_file_that_changed)
{
    const Files before{{"a", {.size = 3'000'000}}, {"b", {.size = 4'000'000}}, {"c", {.size = 10}}};
    auto now = before;
    now["b"].change = 1;
    EXPECT_EQ(plan(before, now).bytes_to_read, 4'000'000U);
}

TEST(HashPlan, reads_a_packed_chunk_again_when_one_of_its_files_changed)
{
    const Files before{{"a", {.size = 500'000}}, {"b", {.size = 400'000}}, {"c", {.size = 900'000}}};
    auto now = before;
    now["b"].change = 1;
    const auto made = plan(before, now);
    EXPECT_EQ(made.to_read.size(), 1U);
    EXPECT_EQ(made.bytes_to_read, 900'000U);
}

TEST(HashPlan, keeps_chunks_whose_files_only_got_another_number)
{
    const Files before{{"b", {.size = 3'000'000}}};
    auto now = before;
    now["a"] = {.size = 2'000'000};
    EXPECT_EQ(plan(before, now).bytes_to_read, 2'000'000U);
}

TEST(HashPlan, trusts_no_index_that_does_not_fit_its_manifest)
{
    const auto now = fingerprint({{"a", {.size = 2'000'000}}});
    const auto other = manifest(fingerprint({{"a", {.size = 2'000'001}}}));
    EXPECT_EQ(plan_hashing(now, &now, &other).to_read.size(),
              plan_hashing(now, nullptr, nullptr).to_read.size());
}

TEST(HashPlan, lays_out_a_file_of_more_than_four_gibibytes)
{
    constexpr std::uint64_t size = 5ULL << 30;
    const auto made = plan_hashing(fingerprint({{"big", {.size = size}}}), nullptr, nullptr);
    EXPECT_EQ(made.to_read.size(), 5U * 1024 + 1);
    EXPECT_EQ(made.bytes_to_read, size + 8);
}

Files any_files()
{
    Files files;
    for (const auto number : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
        files[fmt::format("f{:02}", number)] = {
            .size = *rc::gen::element<std::uint64_t>(0, 1, 300'000, 700'000, 1 << 20, 2'500'000),
            .change = *rc::gen::inRange<std::uint64_t>(0, 2)};
    }
    return files;
}

RC_GTEST_PROP(HashPlan, keeps_a_hash_exactly_where_the_bytes_are_the_same, ())
{
    const auto before = any_files();
    const auto now = any_files();
    const auto made = plan(before, now);
    const auto old_texts = chunk_texts(fingerprint(before));
    const std::set<std::string> old(old_texts.begin(), old_texts.end());
    const std::set<std::uint32_t> to_read(made.to_read.begin(), made.to_read.end());
    const auto texts = chunk_texts(fingerprint(now));
    // A file of another size counts as changed: then even those of its chunks that look the same here are
    // read.
    std::set<std::string> resized;
    for (const auto& [path, file] : now) {
        if (const auto found = before.find(path); found != before.end() && found->second.size != file.size) {
            resized.insert(path);
        }
    }
    for (std::uint32_t chunk = 0; chunk < texts.size(); ++chunk) {
        const bool is_resized = resized.contains(texts[chunk].substr(0, 3));
        RC_ASSERT(is_resized || to_read.contains(chunk) != old.contains(texts[chunk]));
        if (!to_read.contains(chunk)) {
            RC_ASSERT(made.hashes[chunk] == content::hash_chunk(as_bytes(texts[chunk])));
        }
    }
}

}  // namespace

}  // namespace lanspread::library
