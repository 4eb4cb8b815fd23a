#include "runtime/games_folder.h"

#include <fstream>

#include <gtest/gtest.h>

#include "platform/temporary_folder.h"

namespace lanspread::runtime {
namespace {

class GamesFolderTest : public testing::Test {
protected:
    GamesFolderTest()
    {
        for (const auto& folder : folders_) {
            std::filesystem::create_directories(folder);
        }
    }

    /// Empty where none of them can take it.
    [[nodiscard]] std::filesystem::path chosen() const
    {
        return games_folder_for(folders_, GameId::parse("doom").value()).value_or("");
    }

    platform::TemporaryFolder folder_;
    std::vector<std::filesystem::path> folders_{folder_.path() / "a", folder_.path() / "b",
                                                folder_.path() / "c"};
};

TEST_F(GamesFolderTest, is_the_first_for_a_game_that_is_nowhere)
{
    std::filesystem::remove(folders_[1]);
    EXPECT_EQ(chosen(), folders_[0]);
}

TEST_F(GamesFolderTest, is_the_one_that_has_a_folder_of_that_name)
{
    std::filesystem::create_directory(folders_[1] / "doom");
    EXPECT_EQ(chosen(), folders_[1]);
}

TEST_F(GamesFolderTest, is_the_one_with_a_root_before_one_with_a_mere_folder)
{
    std::filesystem::create_directory(folders_[1] / "doom");
    std::filesystem::create_directory(folders_[2] / "doom");
    std::ofstream(folders_[2] / "doom/version.ini") << "20240101";
    EXPECT_EQ(chosen(), folders_[2]);
}

TEST_F(GamesFolderTest, is_not_one_that_has_a_file_or_a_link_of_that_name)
{
    std::filesystem::create_directories(folder_.path() / "elsewhere");
    std::ofstream(folder_.path() / "elsewhere/version.ini") << "20240101";
    std::filesystem::create_directory_symlink(folder_.path() / "elsewhere", folders_[1] / "doom");
    std::ofstream(folders_[2] / "doom") << "a file";
    EXPECT_EQ(chosen(), folders_[0]);
}

TEST_F(GamesFolderTest, is_the_next_one_where_the_first_is_not_there)
{
    std::filesystem::remove(folders_[0]);
    EXPECT_EQ(chosen(), folders_[1]);
}

TEST_F(GamesFolderTest, is_none_where_none_can_be_written_into)
{
    for (const auto& folder : folders_) {
        std::filesystem::remove(folder);
        std::ofstream(folder) << "a file";
    }
    EXPECT_EQ(chosen(), "");
}

}  // namespace
}  // namespace lanspread::runtime
