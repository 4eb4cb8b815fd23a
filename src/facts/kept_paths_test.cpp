#include "facts/kept_paths.h"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "platform/temporary_folder.h"

namespace lanspread::facts {
namespace {

KeptPaths kept(const std::vector<std::string>& keeps) { return KeptPaths(keeps); }

TEST(KeptPaths, cover_what_they_name_and_what_lies_in_it)
{
    const auto paths = kept({"saves", "data/config.cfg"});
    EXPECT_TRUE(paths.covers("saves"));
    EXPECT_TRUE(paths.covers("saves/1/a"));
    EXPECT_TRUE(paths.covers("data/config.cfg"));
    EXPECT_FALSE(paths.covers("data"));
    EXPECT_FALSE(paths.covers("data/config"));
    EXPECT_FALSE(paths.covers("saves2"));
    EXPECT_FALSE(paths.covers(""));
    EXPECT_TRUE(paths.has_below("data"));
    EXPECT_FALSE(paths.has_below("dat"));
    EXPECT_FALSE(paths.has_below("saves"));
}

TEST(KeptPaths, are_the_same_on_a_system_that_ignores_case)
{
    const auto paths = kept({"Spielstände/Alt"});
    EXPECT_TRUE(paths.covers("SPIELSTÄNDE/alt/1"));
    EXPECT_TRUE(paths.has_below("spielstände"));
}

TEST(KeptPaths, never_cover_what_makes_a_folder_a_package)
{
    const auto paths = kept({"version.ini", "GAME.toml", "../up", "a"});
    EXPECT_FALSE(paths.covers("version.ini"));
    EXPECT_FALSE(paths.covers("game.toml"));
    EXPECT_FALSE(paths.covers("../up"));
    EXPECT_TRUE(paths.covers("a"));
}

TEST(KeptPaths, take_a_name_that_is_no_text)
{
    EXPECT_FALSE(kept({"a"}).covers("\xff\xfe"));
    EXPECT_FALSE(kept({"a"}).has_below("\xff\xfe"));
}

TEST(KeptPaths, are_read_where_a_game_toml_lies)
{
    const platform::TemporaryFolder temporary;
    const auto folder = platform::Folder::open(temporary.path()).value();
    EXPECT_TRUE(KeptPaths::read(folder)->empty());
    std::ofstream(temporary.path() / "game.toml") << "title = 'Doom'\nkeeps = ['saves']\n";
    EXPECT_TRUE(KeptPaths::read(folder)->covers("saves/1"));
    std::ofstream(temporary.path() / "game.toml") << "keeps = ['saves'";
    EXPECT_TRUE(KeptPaths::read(folder)->empty());
}

}  // namespace
}  // namespace lanspread::facts
