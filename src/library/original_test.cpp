#include "library/testing.h"
#include "store/manifests.h"

/// Files that are changed while version.ini stays as it is: what lies there is shared as what it is, and
/// `verify` knows what was meant to.
namespace lanspread::library {

namespace {

using OriginalTest = LibraryTest;

TEST_F(OriginalTest, verify_misses_a_file_that_was_deleted_and_scanned_away)
{
    make_game("doom");
    start();
    const auto original = find("doom")->content;
    std::filesystem::remove(games_ / "doom/readme.txt");
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_NE(find("doom")->content, original);
    EXPECT_EQ(wait(library_->original(games_, game_id("doom")))->content_id(), original);
    EXPECT_FALSE(wait(library_->original(games_, game_id("quake"))));
    const auto report = wait(library_->verify(game_id("doom")));
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->missing, std::vector<std::string>{"readme.txt"});
    EXPECT_FALSE(find("doom")) << "a game that was found bad is not served";
    write_file(games_ / "doom/readme.txt", "hello");
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->content, original);
}

TEST_F(OriginalTest, verify_finds_a_byte_and_a_file_too_many_after_a_restart_too)
{
    make_game("doom");
    start();
    auto large = pattern(2'500'000, 1);
    large[1'300'000] ^= 1;
    write_file(games_ / "doom/data/large.pak", large);
    scan();
    write_file(games_ / "doom/stray", "x");
    scan();
    stop();
    ASSERT_TRUE(
        store::Manifests(*store::Database::open(temporary_.path() / "state.db").value()).remove_unused());
    start();
    ASSERT_TRUE(find("doom"));
    const auto report = wait(library_->verify(game_id("doom")));
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->damaged, std::vector<std::string>{"data/large.pak"});
    EXPECT_EQ(report->extra, std::vector<std::string>{"stray"});
}

TEST_F(OriginalTest, another_version_is_meant_to_be_other_files)
{
    make_game("doom");
    start();
    std::filesystem::remove(games_ / "doom/readme.txt");
    write_file(games_ / "doom/version.ini", "20250202");
    scan();
    EXPECT_TRUE(wait(library_->verify(game_id("doom")))->is_good());
    EXPECT_TRUE(find("doom"));
}

TEST_F(OriginalTest, what_was_put_back_is_good)
{
    make_game("doom");
    start();
    write_file(games_ / "doom/readme.txt", "other");
    scan();
    write_file(games_ / "doom/readme.txt", "hello");
    scan();
    EXPECT_TRUE(wait(library_->verify(game_id("doom")))->is_good());
}

}  // namespace

}  // namespace lanspread::library
