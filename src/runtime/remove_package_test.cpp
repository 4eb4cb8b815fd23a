#include "runtime/remove_package.h"

#include <fstream>

#include <gtest/gtest.h>

#include "platform/temporary_folder.h"

namespace lanspread::runtime {
namespace {

namespace fs = std::filesystem;

const auto doom = GameId::parse("doom").value();

class RemovePackage : public testing::Test {
protected:
    [[nodiscard]] fs::path root() const { return games_.path() / "doom"; }

    void write(const fs::path& name, const std::string& text = "x") const
    {
        fs::create_directories((root() / name).parent_path());
        std::ofstream(root() / name) << text;
    }

    /// A package, on the disk and as a manifest.
    content::Manifest make_package() const
    {
        std::vector<content::ManifestFile> files;
        for (const auto& [name, text] : std::map<std::string, std::string>{
                 {"data/maps/e1m1.map", "map"}, {"doom.eti", "archive"}, {"version.ini", "20240101\n"}}) {
            write(name, text);
            files.push_back({.path = SafePath::parse(name).value(), .size = text.size()});
        }
        return content::Manifest::make(doom, "20240101", std::move(files), {ChunkHash{}}).value();
    }

    platform::TemporaryFolder games_;
};

TEST_F(RemovePackage, leaves_nothing_of_a_package_that_is_as_it_came)
{
    const auto manifest = make_package();
    ASSERT_TRUE(check_removable(games_.path(), doom, false));
    const auto removed = remove_package(games_.path(), manifest).value();
    EXPECT_TRUE(remove_package(games_.path(), manifest)) << "again";
    ASSERT_TRUE(clear_after_removal(games_.path(), doom));
    EXPECT_FALSE(fs::exists(root()));
    EXPECT_EQ(removed.files_removed, 3U);
    EXPECT_EQ(removed.bytes_freed, manifest.total_size());
    EXPECT_EQ(removed.left_count, 0U);
}

TEST_F(RemovePackage, leaves_and_names_what_the_manifest_does_not_have)
{
    const auto manifest = make_package();
    write("data/maps/mine.map");
    write("saves/one.sav");
    write("saves-of-old");
    write("saves.txt");
    fs::create_directories(root() / "empty");
    write(".lanspread/download/part");
    const auto removed = remove_package(games_.path(), manifest).value();
    EXPECT_EQ(removed.left, (std::vector<std::string>{"data/maps/mine.map", "empty", "saves-of-old",
                                                      "saves.txt", "saves/one.sav"}));
    EXPECT_EQ(removed.left_count, 5U);
    ASSERT_TRUE(clear_after_removal(games_.path(), doom));
    EXPECT_TRUE(fs::exists(root() / "data/maps/mine.map"));
    EXPECT_FALSE(fs::exists(root() / "data/maps/e1m1.map"));
    EXPECT_TRUE(fs::exists(root() / ".lanspread/download/part"));
}

TEST_F(RemovePackage, is_done_also_where_what_is_left_cannot_be_listed)
{
    const auto manifest = make_package();
    fs::path deep = "mine";
    for (int level = 0; level < 70; ++level) {
        deep /= "d";
    }
    fs::create_directories(root() / deep);
    const auto removed = remove_package(games_.path(), manifest);
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_EQ(removed->left, std::vector<std::string>{"mine"});
}

TEST_F(RemovePackage, goes_on_where_it_was_cut_short)
{
    const auto manifest = make_package();
    fs::remove(root() / "version.ini");
    fs::remove_all(root() / "data");
    const auto removed = remove_package(games_.path(), manifest).value();
    EXPECT_EQ(removed.files_removed, 1U);
    ASSERT_TRUE(clear_after_removal(games_.path(), doom));
    EXPECT_FALSE(fs::exists(root()));
}

TEST_F(RemovePackage, never_removes_what_is_installed)
{
    const auto manifest = make_package();
    write("local/doom.exe");
    const auto refused = check_removable(games_.path(), doom, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::refused);
    EXPECT_TRUE(refused.error().message.contains("--keep-installed")) << refused.error().message;
    ASSERT_TRUE(check_removable(games_.path(), doom, true));
    ASSERT_TRUE(remove_package(games_.path(), manifest));
    EXPECT_TRUE(fs::exists(root() / "local/doom.exe"));
    EXPECT_FALSE(fs::exists(root() / "doom.eti"));
}

TEST_F(RemovePackage, refuses_a_link_and_leaves_what_it_points_to)
{
    const auto manifest = make_package();
    const platform::TemporaryFolder elsewhere;
    fs::rename(root(), elsewhere.path() / "doom");
    fs::create_directory_symlink(elsewhere.path() / "doom", root());
    EXPECT_EQ(check_removable(games_.path(), doom, false).error().code, ErrorCode::refused);
    EXPECT_FALSE(remove_package(games_.path(), manifest));
    EXPECT_TRUE(fs::exists(elsewhere.path() / "doom/doom.eti"));
}

TEST_F(RemovePackage, follows_no_link_that_lies_in_the_root)
{
    const auto manifest = make_package();
    const platform::TemporaryFolder elsewhere;
    fs::rename(root() / "data", elsewhere.path() / "data");
    fs::create_directory_symlink(elsewhere.path() / "data", root() / "data");
    fs::remove(root() / "doom.eti");
    std::ofstream(elsewhere.path() / "precious") << "x";
    fs::create_symlink(elsewhere.path() / "precious", root() / "doom.eti");
    const auto removed = remove_package(games_.path(), manifest);
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_TRUE(fs::exists(elsewhere.path() / "data/maps/e1m1.map"));
    EXPECT_TRUE(fs::exists(elsewhere.path() / "precious"));
    EXPECT_EQ(removed->left, std::vector<std::string>{"data"}) << "the link to a folder is not ours";
}

TEST_F(RemovePackage, goes_on_only_in_the_root_in_which_it_was_cut_short)
{
    const auto manifest = make_package();
    const auto content = manifest.content_id();
    EXPECT_EQ(is_half_removed(games_.path(), doom, content), false) << "whole";
    ASSERT_TRUE(remove_package(games_.path(), manifest));
    EXPECT_EQ(is_half_removed(games_.path(), doom, content), true) << "the mark is there until all is done";
    EXPECT_EQ(is_half_removed(games_.path(), doom, ContentId{}), false) << "another content";
    write("version.ini");
    EXPECT_EQ(is_half_removed(games_.path(), doom, content), false) << "somebody brought it back";
    fs::remove_all(root());
    EXPECT_EQ(is_half_removed(games_.path(), doom, content).error().code, ErrorCode::unavailable);
    make_package();
    fs::remove(root() / "version.ini");
    EXPECT_EQ(is_half_removed(games_.path(), doom, content), false) << "copied back, and not whole yet";
}

TEST_F(RemovePackage, tells_a_root_without_a_sentinel_from_one_whose_disk_is_missing)
{
    const auto manifest = make_package();
    fs::remove(root() / "version.ini");
    EXPECT_EQ(check_removable(games_.path(), doom, false).error().code, ErrorCode::not_found);
    fs::remove_all(root());
    EXPECT_EQ(check_removable(games_.path(), doom, false).error().code, ErrorCode::unavailable);
    EXPECT_EQ(remove_package(games_.path(), manifest).error().code, ErrorCode::unavailable);
    const auto missing = games_.path() / "unmounted";
    EXPECT_EQ(check_removable(missing, doom, false).error().code, ErrorCode::unavailable);
    EXPECT_EQ(remove_package(missing, manifest).error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace lanspread::runtime
