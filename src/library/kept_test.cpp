#include <filesystem>

#include "library/testing.h"

/// What the player writes, by the game.toml of a game: no part of it.
namespace lanspread::library {
namespace {

class KeptInLibrary : public LibraryTest {
protected:
    KeptInLibrary()
    {
        make_game("doom");
        write_file(root_ / "game.toml", "title = 'Doom'\nkeeps = ['saves', 'data/doom.cfg']\n");
    }

    void play(unsigned turn) const
    {
        write_file(root_ / "Saves/1.sav", pattern(100, turn));
        write_file(root_ / "data/doom.cfg", pattern(100, turn));
    }

    std::filesystem::path root_ = games_ / "doom";
};

TEST_F(KeptInLibrary, is_not_hashed)
{
    start();
    const auto before = find("doom");
    ASSERT_TRUE(before);
    EXPECT_EQ(before->manifest->files().size(), 4U);
    play(1);
    scan();
    EXPECT_EQ(find("doom"), before);
    stop();
    std::filesystem::remove(temporary_.path() / "state.db");
    start();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->content, before->content) << "a fresh look finds the same";
}

TEST_F(KeptInLibrary, may_be_what_no_package_can_have)
{
    write_file(root_ / "saves/a:b", "x");
    std::filesystem::create_symlink("/etc/passwd", root_ / "saves/link");
    std::filesystem::create_symlink("/etc/passwd", root_ / "data/doom.cfg");
    start();
    EXPECT_TRUE(find("doom"));
    EXPECT_EQ(problems(), "");
}

TEST_F(KeptInLibrary, is_nothing_extra_for_verify)
{
    start();
    play(1);
    const auto good = wait(library_->verify(game_id("doom")));
    ASSERT_TRUE(good);
    EXPECT_TRUE(good->is_good());
    write_file(root_ / "other.sav", "x");
    const auto bad = wait(library_->verify(game_id("doom")));
    ASSERT_TRUE(bad);
    EXPECT_EQ(bad->extra, (std::vector<std::string>{"other.sav"}));
}

TEST_F(KeptInLibrary, is_part_of_the_game_once_its_game_toml_names_it_no_more)
{
    play(1);
    start();
    EXPECT_EQ(find("doom")->manifest->files().size(), 4U);
    write_file(root_ / "game.toml", "title = 'Doom'\n");
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->manifest->files().size(), 6U);
}

TEST_F(KeptInLibrary, does_not_hide_what_makes_a_game)
{
    write_file(root_ / "game.toml", "title = 'Doom'\nkeeps = ['data', 'readme.txt', 'game.tom']\n");
    start();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->manifest->files().size(), 2U);
}

}  // namespace
}  // namespace lanspread::library
