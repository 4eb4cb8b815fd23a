#include "catalog/thumbnails.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "async/testing.h"
#include "facts/encoded_facts.h"
#include "platform/files.h"
#include "platform/temporary_folder.h"

namespace lanspread::catalog {

namespace {

wire::CoverHash hash(std::uint8_t number)
{
    wire::CoverHash hash;
    hash.bytes.fill(std::byte{number});
    return hash;
}

Thumbnail thumbnail(std::size_t size)
{
    return {.format = PictureFormat::jpg, .width = 128, .height = 192, .bytes = Bytes(size, std::byte{1})};
}

std::size_t files_in(const std::filesystem::path& folder)
{
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

TEST(ThumbnailCache, finds_what_was_put_also_after_a_restart)
{
    const platform::TemporaryFolder folder;
    const auto put = ThumbnailCache(folder.path() / "covers").put(hash(1), 128, thumbnail(100));
    ASSERT_TRUE(put) << put.error().message;
    auto cache = ThumbnailCache(folder.path() / "covers");
    const auto found = cache.find(hash(1), 128);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->path, put->path);
    EXPECT_EQ(found->width, 128);
    EXPECT_EQ(found->height, 192);
    EXPECT_EQ(found->format, PictureFormat::jpg);
    EXPECT_FALSE(cache.find(hash(1), 256));
    EXPECT_FALSE(cache.find(hash(2), 128));
}

TEST(ThumbnailCache, does_not_find_what_somebody_deleted_or_cut)
{
    const platform::TemporaryFolder folder;
    ThumbnailCache cache(folder.path());
    std::filesystem::remove(cache.put(hash(1), 128, thumbnail(100))->path);
    EXPECT_FALSE(cache.find(hash(1), 128));
    std::filesystem::resize_file(cache.put(hash(2), 128, thumbnail(100))->path, 50);
    EXPECT_FALSE(cache.find(hash(2), 128));
    EXPECT_TRUE(cache.put(hash(2), 128, thumbnail(100)));
    EXPECT_TRUE(cache.find(hash(2), 128));
}

TEST(ThumbnailCache, lets_the_oldest_go_when_there_is_too_much)
{
    const platform::TemporaryFolder folder;
    ThumbnailCache cache(folder.path(), {.bytes = 250, .files = 100});
    for (const std::uint8_t number : {1, 2, 3, 4}) {
        ASSERT_TRUE(cache.put(hash(number), 128, thumbnail(100)));
    }
    EXPECT_FALSE(cache.find(hash(1), 128));
    EXPECT_FALSE(cache.find(hash(2), 128));
    EXPECT_TRUE(cache.find(hash(3), 128));
    EXPECT_TRUE(cache.find(hash(4), 128));
    EXPECT_EQ(files_in(folder.path()), 2);
}

TEST(ThumbnailCache, keeps_no_more_files_than_it_may)
{
    const platform::TemporaryFolder folder;
    ThumbnailCache cache(folder.path(), {.bytes = 1'000'000, .files = 3});
    for (std::uint8_t number = 0; number < 10; ++number) {
        ASSERT_TRUE(cache.put(hash(number), 128, thumbnail(10)));
    }
    EXPECT_EQ(files_in(folder.path()), 3);
}

TEST(ThumbnailCache, leaves_files_alone_that_are_not_its_own)
{
    const platform::TemporaryFolder folder;
    ASSERT_TRUE(platform::write_atomically(folder.path() / "holiday.jpg", as_bytes("mine")));
    ThumbnailCache cache(folder.path(), {.bytes = 10, .files = 1});
    for (const std::uint8_t number : {1, 2}) {
        ASSERT_TRUE(cache.put(hash(number), 128, thumbnail(100)));
    }
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "holiday.jpg"));
}

class MadeThumbnails : public ::testing::Test {
protected:
    ~MadeThumbnails() override { pool.join(); }

    Task<Result<Bytes>> give_bytes()
    {
        ++asked;
        co_return file;
    }

    Task<void> get(std::uint32_t width)
    {
        results.push_back(co_await thumbnails.get(cover, width, [this] { return give_bytes(); }));
    }

    Task<void> get_many(std::vector<std::uint32_t> widths)
    {
        TaskGroup group(context.get_executor(), CancellationToken());
        for (const auto width : widths) {
            group.spawn(get(width));
        }
        co_await group.join();
    }

    platform::TemporaryFolder folder;
    asio::io_context context;
    asio::thread_pool pool{2};
    Thumbnails thumbnails{pool, folder.path() / "covers"};
    Bytes file = *write_png({.width = 200, .height = 1, .rgba = std::vector<std::uint8_t>(800, 255)});
    wire::CoverHash cover = facts::hash_cover(file);
    int asked = 0;
    std::vector<Result<CachedThumbnail>> results;
};

TEST_F(MadeThumbnails, are_made_once)
{
    lanspread::testing::run_to_end(context, get(128));
    lanspread::testing::run_to_end(context, get(128));
    ASSERT_TRUE(results.at(0)) << results.at(0).error().message;
    ASSERT_TRUE(results.at(1));
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(results[0]->path, results[1]->path);
    EXPECT_EQ(results[0]->width, 128);
    EXPECT_EQ(files_in(folder.path() / "covers"), 1);
}

TEST_F(MadeThumbnails, come_in_each_width_also_when_asked_for_at_once)
{
    lanspread::testing::run_to_end(context, get_many({64, 128, 64, 128, 256}));
    ASSERT_EQ(results.size(), 5);
    for (const auto& result : results) {
        EXPECT_TRUE(result);
    }
    EXPECT_EQ(files_in(folder.path() / "covers"), 3);
}

TEST_F(MadeThumbnails, of_a_bad_picture_are_an_error_and_nothing_is_kept)
{
    file.resize(file.size() / 2);
    cover = facts::hash_cover(file);
    lanspread::testing::run_to_end(context, get_many({64, 64}));
    ASSERT_EQ(results.size(), 2);
    EXPECT_FALSE(results[0]);
    EXPECT_FALSE(results[1]);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "covers"));
}

TEST_F(MadeThumbnails, of_another_cover_that_has_come_in_between_are_not_kept)
{
    file = *write_png({.width = 2, .height = 1, .rgba = std::vector<std::uint8_t>(8, 255)});
    lanspread::testing::run_to_end(context, get(64));
    ASSERT_FALSE(results.at(0));
    EXPECT_EQ(results[0].error().code, ErrorCode::unavailable);
}

}  // namespace lanspread::catalog
