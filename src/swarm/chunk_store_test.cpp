#include "swarm/chunk_store.h"

#include <gtest/gtest.h>

#include "swarm/testing.h"

namespace lanspread::swarm {
namespace {

using library::pattern;
using library::write_file;

/// A partial download: one large file, which is chunk 0, some small ones and the sentinel in chunk 1, and an
/// empty one in none.
class ChunkStoreTest : public ::testing::Test {
protected:
    ChunkStoreTest() { std::filesystem::create_directories(games_); }

    [[nodiscard]] std::shared_ptr<ChunkStore> open() const
    {
        return ChunkStore::open(games_, package_.manifest).value();
    }

    [[nodiscard]] ChunkSet none() const { return ChunkSet::none_of(package_.manifest->chunk_count()); }
    [[nodiscard]] ChunkSet all() const
    {
        auto all = none();
        for (std::uint32_t chunk = 0; chunk < package_.manifest->chunk_count(); ++chunk) {
            all.insert(chunk);
        }
        return all;
    }

    void fill() const
    {
        const auto store = open();
        ASSERT_TRUE(store->prepare(none()));
        for (std::uint32_t chunk = 0; chunk < package_.manifest->chunk_count(); ++chunk) {
            ASSERT_TRUE(store->verify_and_write(chunk, as_bytes(package_.chunk(chunk))));
        }
    }

    static std::string read(const std::filesystem::path& path)
    {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    static bool is_executable(const std::filesystem::path& path)
    {
        const auto mode = std::filesystem::status(path).permissions();
        return (mode & std::filesystem::perms::owner_exec) != std::filesystem::perms::none;
    }

    platform::TemporaryFolder temporary_;
    std::filesystem::path games_ = temporary_.path() / "games";
    Package package_ = Package::make("doom", "20240101",
                                     {{"a/large.pak", pattern(1'048'576, 1)},
                                      {"b/c/small.txt", "small"},
                                      {"b/start.sh", "#!/bin/sh", true},
                                      {"d/empty.txt", ""}});
    std::filesystem::path files_ = games_ / "doom/.lanspread/download" / package_.content().hex() / "files";
};

TEST_F(ChunkStoreTest, makes_a_small_file_with_its_folder_when_its_chunk_is_written)
{
    const auto store = open();
    ASSERT_TRUE(store->prepare(none()));
    EXPECT_EQ(std::filesystem::file_size(files_ / "a/large.pak"), 1'048'576U);
    EXPECT_TRUE(std::filesystem::exists(files_ / "d/empty.txt"));
    EXPECT_FALSE(std::filesystem::exists(files_ / "b/start.sh"));

    ASSERT_TRUE(store->verify_and_write(1, as_bytes(package_.chunk(1))));
    EXPECT_EQ(read(files_ / "b/c/small.txt"), "small");
    EXPECT_EQ(read(files_ / "b/start.sh"), "#!/bin/sh");
    EXPECT_TRUE(is_executable(files_ / "b/start.sh"));
    EXPECT_FALSE(is_executable(files_ / "b/c/small.txt"));
}

TEST_F(ChunkStoreTest, counts_the_bytes_of_a_small_file_as_still_to_be_taken_until_they_are_written)
{
    const auto store = open();
    ASSERT_TRUE(store->prepare(none()));
    EXPECT_EQ(store->bytes_to_take(), package_.manifest->total_size());
    ASSERT_TRUE(store->verify_and_write(1, as_bytes(package_.chunk(1))));
    EXPECT_EQ(store->bytes_to_take(), 1'048'576U);
}

TEST_F(ChunkStoreTest, believes_what_was_written_before)
{
    fill();
    EXPECT_EQ(open()->prepare(all()).value().count(), 2U);
    std::filesystem::remove(files_ / "d/empty.txt");
    EXPECT_EQ(open()->prepare(all()).value().count(), 2U);
    EXPECT_TRUE(std::filesystem::exists(files_ / "d/empty.txt")) << "which is in no chunk";
}

TEST_F(ChunkStoreTest, does_not_believe_a_chunk_of_which_a_small_file_is_gone)
{
    fill();
    std::filesystem::remove(files_ / "b/c/small.txt");
    const auto believed = open()->prepare(all()).value();
    EXPECT_TRUE(believed.contains(0));
    EXPECT_FALSE(believed.contains(1));
}

TEST_F(ChunkStoreTest, writes_a_small_file_again_that_was_left_with_another_length)
{
    for (const auto size : {2U, 0U, 100U}) {
        fill();
        std::filesystem::resize_file(files_ / "b/c/small.txt", size);
        const auto store = open();
        EXPECT_FALSE(store->prepare(all()).value().contains(1)) << size;
        EXPECT_FALSE(open()->prepare(all()).value().contains(1)) << size << ", killed before that was saved";
        ASSERT_TRUE(store->verify_and_write(1, as_bytes(package_.chunk(1))));
        EXPECT_EQ(read(files_ / "b/c/small.txt"), "small");
    }
}

TEST_F(ChunkStoreTest, makes_a_file_executable_that_a_crash_left_without)
{
    fill();
    std::filesystem::permissions(files_ / "b/start.sh", std::filesystem::perms::owner_exec,
                                 std::filesystem::perm_options::remove);
    EXPECT_EQ(open()->prepare(all()).value().count(), 2U);
    EXPECT_TRUE(is_executable(files_ / "b/start.sh"));
}

TEST_F(ChunkStoreTest, never_writes_through_a_link_in_place_of_a_folder_or_a_small_file)
{
    const auto outside = temporary_.path() / "outside";
    write_file(outside / "start.sh", "untouched");
    const auto store = open();
    ASSERT_TRUE(store->prepare(none()));
    std::filesystem::create_directory_symlink(outside, files_ / "b");
    EXPECT_EQ(store->verify_and_write(1, as_bytes(package_.chunk(1))).error().code, ErrorCode::refused);
    EXPECT_FALSE(open()->prepare(all()).value().contains(1));

    std::filesystem::remove(files_ / "b");
    std::filesystem::create_directory(files_ / "b");
    std::filesystem::create_symlink(outside / "start.sh", files_ / "b/start.sh");
    EXPECT_EQ(store->verify_and_write(1, as_bytes(package_.chunk(1))).error().code, ErrorCode::refused);
    EXPECT_EQ(open()->prepare(all()).error().code, ErrorCode::refused);
    EXPECT_EQ(read(outside / "start.sh"), "untouched");
    EXPECT_FALSE(std::filesystem::exists(outside / "c"));
}

TEST_F(ChunkStoreTest, fails_and_does_not_end_when_somebody_removes_the_partial_download)
{
    const auto store = open();
    ASSERT_TRUE(store->prepare(none()));
    std::filesystem::remove_all(files_);
    EXPECT_EQ(store->verify_and_write(1, as_bytes(package_.chunk(1))).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace lanspread::swarm
