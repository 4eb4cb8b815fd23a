#include "library/testing.h"

namespace lanspread::library {

namespace {

class VerifyTest : public LibraryTest {
protected:
    VerifyTest() { make_game("doom"); }

    VerifyReport verify() { return wait(library_->verify(game_id("doom"))).value(); }

    /// Flips a byte in the middle of the large file.
    void damage()
    {
        auto bytes = pattern(2'500'000, 1);
        bytes[1'200'000] ^= 1;
        write_file(large_, bytes);
    }

    void repair() { write_file(large_, pattern(2'500'000, 1)); }

    std::filesystem::path large_ = games_ / "doom/data/large.pak";
};

TEST_F(VerifyTest, finds_a_good_game_good)
{
    start();
    const auto report = verify();
    EXPECT_TRUE(report.is_good());
    EXPECT_EQ(report.version, version);
    EXPECT_EQ(report.bytes_checked, 2'500'013U);
    EXPECT_TRUE(find("doom"));
}

TEST_F(VerifyTest, names_damaged_missing_and_extra_files)
{
    start();
    damage();
    std::filesystem::remove(games_ / "doom/readme.txt");
    write_file(games_ / "doom/virus.exe", "x");
    const auto report = verify();
    EXPECT_EQ(report.damaged, std::vector<std::string>{"data/large.pak"});
    EXPECT_EQ(report.missing, std::vector<std::string>{"readme.txt"});
    EXPECT_EQ(report.extra, std::vector<std::string>{"virus.exe"});
    EXPECT_FALSE(report.is_good());
}

TEST_F(VerifyTest, tells_which_chunks_are_bad)
{
    start();
    EXPECT_TRUE(verify().bad_chunks.empty());
    damage();
    const auto report = verify();
    EXPECT_EQ(report.bad_chunks, std::vector<std::uint32_t>{1});
    EXPECT_EQ(report.games_folder, games_);
    ASSERT_TRUE(report.manifest);
}

TEST_F(VerifyTest, finds_a_wrong_executable_bit_and_no_bad_chunk)
{
    start();
    std::filesystem::permissions(large_, std::filesystem::perms::owner_exec,
                                 std::filesystem::perm_options::add);
    const auto report = verify();
    EXPECT_EQ(report.damaged, std::vector<std::string>{"data/large.pak"});
    EXPECT_TRUE(report.bad_chunks.empty());
    EXPECT_FALSE(find("doom"));
}

TEST_F(VerifyTest, blames_the_file_that_changed_of_those_that_share_a_chunk)
{
    write_file(games_ / "doom/another.txt", "other");
    start();
    write_file(games_ / "doom/readme.txt", "HELLO");
    EXPECT_EQ(verify().damaged, std::vector<std::string>{"readme.txt"});
}

TEST_F(VerifyTest, stops_sharing_a_bad_game_and_says_so_even_after_a_restart)
{
    start();
    damage();
    EXPECT_FALSE(verify().is_good());
    EXPECT_FALSE(find("doom"));
    EXPECT_NE(problems().find("data/large.pak"), std::string::npos) << problems();
    stop();
    start();
    EXPECT_FALSE(find("doom"));
    EXPECT_NE(problems().find("data/large.pak"), std::string::npos) << problems();
}

TEST_F(VerifyTest, shares_a_bad_game_again_once_the_right_bytes_are_back)
{
    start();
    const auto content = find("doom")->content;
    damage();
    EXPECT_FALSE(verify().is_good());
    write_file(games_ / "doom/readme.txt", "hello");  // something else changes: still damaged
    scan();
    EXPECT_FALSE(find("doom"));
    repair();
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->content, content);
    EXPECT_EQ(problems(), "");
}

TEST_F(VerifyTest, shares_a_bad_game_again_when_it_is_verified_as_good)
{
    start();
    damage();
    EXPECT_FALSE(verify().is_good());
    repair();
    EXPECT_TRUE(verify().is_good());
    EXPECT_TRUE(find("doom"));
    EXPECT_EQ(problems(), "");
}

TEST_F(VerifyTest, takes_a_bad_game_with_another_version_for_a_new_one)
{
    start();
    damage();
    EXPECT_FALSE(verify().is_good());
    write_file(games_ / "doom/version.ini", "20250202");
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->version, "20250202");
}

TEST_F(VerifyTest, knows_nothing_of_a_game_that_is_not_here)
{
    start();
    EXPECT_EQ(wait(library_->verify(game_id("quake"))).error().code, ErrorCode::not_found);
}

}  // namespace

}  // namespace lanspread::library
