#include "content/manifest.h"

#include "content/hash.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::content {

namespace {

const GameId game = GameId::parse("doom").value();

ManifestFile file(std::string_view path, std::uint64_t size = 10, bool executable = false)
{
    return {.path = SafePath::parse(path).value(), .size = size, .executable = executable};
}

const ManifestFile sentinel = file(sentinel_name);

std::vector<ChunkHash> hashes_for(const std::vector<ManifestFile>& files)
{
    auto sorted = files;
    std::ranges::sort(sorted, {}, &ManifestFile::path);
    std::vector<ChunkHash> hashes(chunk_count(sorted));
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        hashes[i] = hash_chunk(as_bytes(fmt::format("{}", i)));
    }
    return hashes;
}

Result<Manifest> make(const std::vector<ManifestFile>& files)
{
    return Manifest::make(game, "20240131", files, hashes_for(files));
}

}  // namespace

TEST(Manifest, is_what_it_was_made_of)
{
    const auto manifest =
        make({sentinel, file("data/pak0", 3 * max_chunk_size + 1), file("run.sh", 5, true)}).value();
    EXPECT_EQ(manifest.game(), game);
    EXPECT_EQ(manifest.version(), "20240131");
    EXPECT_EQ(manifest.files(),
              (std::vector{file("data/pak0", 3 * max_chunk_size + 1), file("run.sh", 5, true), sentinel}));
    EXPECT_EQ(manifest.total_size(), 3 * max_chunk_size + 16);
    EXPECT_EQ(manifest.chunk_count(), 5);
    EXPECT_EQ(manifest.chunk_size(0), max_chunk_size);
    EXPECT_EQ(manifest.chunk_size(3), 1);
    EXPECT_EQ(manifest.chunk_size(4), 15);
    ASSERT_EQ(manifest.extents(4).size(), 2);
    EXPECT_EQ(manifest.extents(4)[1], (Extent{.file = 2, .offset = 0, .size = 10}));
    EXPECT_EQ(manifest.chunk_hash(4), hash_chunk(as_bytes("4")));
}

TEST(Manifest, has_the_same_content_id_in_whatever_order_its_files_were_given)
{
    EXPECT_EQ(make({sentinel, file("b"), file("a")})->content_id(),
              make({file("a"), file("b"), sentinel})->content_id());
}

TEST(Manifest, has_another_content_id_where_anything_in_it_differs)
{
    const auto id = make({sentinel, file("a")})->content_id();
    EXPECT_NE(make({sentinel, file("b")})->content_id(), id);
    EXPECT_NE(make({sentinel, file("a", 11)})->content_id(), id);
    EXPECT_NE(make({sentinel, file("a", 10, true)})->content_id(), id);
    EXPECT_NE(Manifest::make(game, "20240201", {sentinel, file("a")}, hashes_for({sentinel, file("a")}))
                  ->content_id(),
              id);
    EXPECT_NE(Manifest::make(game, "20240131", {sentinel, file("a")}, {ChunkHash{}})->content_id(), id);
}

TEST(Manifest, is_not_made_with_more_or_fewer_hashes_than_chunks)
{
    EXPECT_FALSE(Manifest::make(game, "20240131", {sentinel}, {}));
    EXPECT_FALSE(Manifest::make(game, "20240131", {sentinel}, std::vector<ChunkHash>(2)));
    EXPECT_TRUE(Manifest::make(game, "20240131", {sentinel}, std::vector<ChunkHash>(1)));
}

TEST(Manifest, is_not_made_without_a_game_or_a_version)
{
    EXPECT_FALSE(Manifest::make(GameId(), "20240131", {sentinel}, std::vector<ChunkHash>(1)));
    EXPECT_FALSE(Manifest::make(game, "1.0", {sentinel}, std::vector<ChunkHash>(1)));
}

TEST(Manifest, of_a_million_files_is_refused_above_and_made_below)
{
    std::vector<ManifestFile> files(max_file_count + 1, file("x", 0));
    EXPECT_FALSE(canonical_files(std::move(files)));
    files.assign({sentinel});
    for (int i = 1; i < 100'000; ++i) {
        files.push_back(file(fmt::format("Folder{}/file{}", i % 100, i), 1000));
    }
    EXPECT_TRUE(make(files));
}

TEST(Manifest, whose_bytes_would_be_too_many_to_read_is_not_made)
{
    // Two million hashes of 32 bytes fill 64 MiB by themselves.
    const std::vector files{file("big", std::uint64_t{2} << 40), sentinel};
    const auto manifest = Manifest::make(game, "20240131", files, std::vector<ChunkHash>(chunk_count(files)));
    ASSERT_FALSE(manifest);
    EXPECT_TRUE(manifest.error().message.contains("at most 67108864"));
}

RC_GTEST_PROP(Manifest, comes_back_from_its_canonical_bytes, ())
{
    const auto names = *rc::gen::container<std::vector<std::string>>(
        rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcXYZ01/-_ü")))));
    std::vector<ManifestFile> files{sentinel};
    for (const auto& name : names) {
        if (auto path = SafePath::parse(name)) {
            files.push_back({.path = *path,
                             .size = *rc::gen::inRange<std::uint64_t>(0, 3 * max_chunk_size),
                             .executable = *rc::gen::arbitrary<bool>()});
        }
    }
    const auto manifest = make(files);
    RC_PRE(manifest.has_value());
    const auto bytes = manifest->canonical_bytes();
    const auto parsed = Manifest::parse(bytes);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->canonical_bytes() == bytes);
    RC_ASSERT(parsed->content_id() == manifest->content_id());
    RC_ASSERT(parsed->files() == manifest->files());
}

}  // namespace lanspread::content
