#include "library/chunk_reader.h"

#include "library/testing.h"

namespace lanspread::library {

namespace {

class ChunkReaderTest : public LibraryTest {
protected:
    Result<std::string> read(const LocalGamePtr& game, std::uint32_t chunk)
    {
        auto buffer = std::make_shared<Buffer>(content::max_chunk_size);
        if (const auto result = wait(reader_.read(game, chunk, buffer)); !result) {
            return fail(result.error());
        }
        return std::string(as_text(buffer->span().first(game->manifest->chunk_size(chunk))));
    }

    ChunkReader reader_{disk_, 2};
};

TEST_F(ChunkReaderTest, reads_large_and_packed_chunks)
{
    make_game("doom");
    start();
    const auto large = pattern(2'500'000, 1);
    EXPECT_EQ(read(find("doom"), 0), large.substr(0, 1 << 20));
    EXPECT_EQ(read(find("doom"), 2), large.substr(2 << 20));
    EXPECT_EQ(read(find("doom"), 3), "hello20240101");
}

TEST_F(ChunkReaderTest, reads_nothing_but_the_ranges_that_are_asked_for)
{
    make_game("doom");
    start();
    const auto game = find("doom");
    write_file(games_ / "doom/version.ini", "changed!");  // in the same chunk as readme.txt
    auto buffer = std::make_shared<Buffer>(content::max_chunk_size);
    std::ranges::fill(buffer->span(), std::byte{'.'});
    ASSERT_TRUE(wait(reader_.read(game, 3, {{.offset = 1, .size = 1}, {.offset = 3, .size = 2}}, buffer)));
    EXPECT_EQ(as_text(std::as_const(*buffer).span().first(7)), ".e.lo..");
    EXPECT_EQ(wait(reader_.read(game, 3, {{.offset = 4, .size = 2}}, buffer)).error().code,
              ErrorCode::unavailable);
}

TEST_F(ChunkReaderTest, reads_more_large_files_than_it_keeps_open)
{
    for (unsigned number = 0; number < 5; ++number) {
        write_file(games_ / fmt::format("doom/{}", number), pattern(1 << 20, number));
    }
    write_file(games_ / "doom/version.ini", version);
    start();
    for (unsigned round = 0; round < 2; ++round) {
        for (unsigned number = 0; number < 5; ++number) {
            EXPECT_EQ(read(find("doom"), number), pattern(1 << 20, number));
        }
    }
}

TEST_F(ChunkReaderTest, knows_no_chunk_past_the_last)
{
    make_game("doom");
    start();
    EXPECT_EQ(read(find("doom"), 4).error().code, ErrorCode::not_found);
}

TEST_F(ChunkReaderTest, refuses_a_file_that_was_written_to_even_where_its_size_and_time_are_as_before)
{
    make_game("doom");
    start();
    const auto path = games_ / "doom/data/large.pak";
    ASSERT_TRUE(read(find("doom"), 0));  // it is kept open now
    const auto time = std::filesystem::last_write_time(path);
    write_file(path, pattern(2'500'000, 2));
    std::filesystem::last_write_time(path, time);
    EXPECT_EQ(read(find("doom"), 0).error().code, ErrorCode::unavailable);
    EXPECT_EQ(read(find("doom"), 3), "hello20240101");
}

TEST_F(ChunkReaderTest, refuses_a_file_that_was_replaced_or_removed)
{
    make_game("doom");
    start();
    ASSERT_TRUE(read(find("doom"), 0));
    std::filesystem::rename(games_ / "doom/data/large.pak", games_ / "doom/data/away");
    EXPECT_EQ(read(find("doom"), 0).error().code, ErrorCode::unavailable);
    write_file(games_ / "doom/data/large.pak", pattern(2'500'000, 1));
    EXPECT_EQ(read(find("doom"), 0).error().code, ErrorCode::unavailable);
    std::filesystem::remove_all(games_ / "doom");
    EXPECT_EQ(read(find("doom"), 3).error().code, ErrorCode::unavailable);
}

TEST_F(ChunkReaderTest, follows_no_link_that_took_the_place_of_a_file)
{
    make_game("doom");
    start();
    std::filesystem::rename(games_ / "doom/readme.txt", temporary_.path() / "readme.txt");
    std::filesystem::create_symlink(temporary_.path() / "readme.txt", games_ / "doom/readme.txt");
    EXPECT_EQ(read(find("doom"), 3).error().code, ErrorCode::unavailable);
}

TEST_F(ChunkReaderTest, reads_the_new_content_once_the_library_knows_it)
{
    make_game("doom", 1);
    start();
    ASSERT_TRUE(read(find("doom"), 0));
    make_game("doom", 2);
    scan();
    EXPECT_EQ(read(find("doom"), 0), pattern(2'500'000, 2).substr(0, 1 << 20));
}

TEST_F(ChunkReaderTest, closes_what_it_was_told_to_forget)
{
    make_game("doom");
    start();
    ASSERT_TRUE(read(find("doom"), 0));
    reader_.forget(games_ / "doom");
    EXPECT_TRUE(read(find("doom"), 0));
}

TEST_F(ChunkReaderTest, reads_beyond_four_gibibytes)
{
    constexpr std::uint64_t size = (5ULL << 30) + 5;
    {
        std::filesystem::create_directories(games_ / "doom");
        const auto file = platform::File::create(games_ / "doom/big").value();
        ASSERT_TRUE(file.resize(size));
        ASSERT_TRUE(file.write_at(size - 5, as_bytes("the end")));
    }
    write_file(games_ / "doom/version.ini", version);
    std::vector<content::ManifestFile> files{{.path = SafePath::parse("big").value(), .size = size + 2},
                                             {.path = SafePath::parse("version.ini").value(), .size = 8}};
    const auto manifest = content::Manifest::make(game_id("doom"), std::string(version), files,
                                                  std::vector<ChunkHash>(5 * 1024 + 2));
    std::filesystem::remove(games_ / "doom/version.ini");  // so that the scan at the start does not hash it
    start();
    write_file(games_ / "doom/version.ini", version);
    ASSERT_TRUE(wait(library_->adopt(games_, std::make_shared<const content::Manifest>(manifest.value()))));
    EXPECT_EQ(read(find("doom"), 5 * 1024), "the end");
}

}  // namespace

}  // namespace lanspread::library
