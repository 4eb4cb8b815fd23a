#include "platform/folder.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "platform/temporary_folder.h"

namespace lanspread::platform {

namespace {

SafePath safe(std::string_view text) { return SafePath::parse(text).value(); }

/// A folder `root` beside a folder `outside` that holds a file `secret`.
class FolderTest : public testing::Test {
protected:
    FolderTest()
    {
        std::filesystem::create_directories(root_);
        std::filesystem::create_directories(outside_);
        write(outside_ / "secret", "secret");
        folder_ = Folder::open(root_).value();
    }

    static void write(const std::filesystem::path& path, std::string_view text)
    {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }

    static std::string read(const std::filesystem::path& path)
    {
        const auto bytes = read_file(path, 1000).value();
        return std::string(as_text(bytes));
    }

    [[nodiscard]] std::vector<std::string> names(const std::function<bool(std::string_view)>& skip = {}) const
    {
        std::vector<std::string> names;
        for (const auto& entry : folder_.list_tree(1000, skip).value()) {
            names.push_back(entry.name);
        }
        return names;
    }

    TemporaryFolder temporary_;
    std::filesystem::path root_ = temporary_.path() / "root";
    std::filesystem::path outside_ = temporary_.path() / "outside";
    Folder folder_;
};

TEST_F(FolderTest, makes_folders_and_files_below_it)
{
    ASSERT_TRUE(folder_.make_folders(safe("a/b")));
    ASSERT_TRUE(folder_.make_folders(safe("a/b")));
    const auto file = folder_.create_file(safe("a/b/c"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write_at(0, as_bytes("text")));
    EXPECT_EQ(read(root_ / "a/b/c"), "text");
    EXPECT_TRUE(folder_.open_file(safe("a/b/c")));
    EXPECT_EQ(folder_.open_for_writing(safe("a/b/d")).error().code, ErrorCode::not_found);
    EXPECT_TRUE(folder_.sync_folder(safe("a/b")));
    EXPECT_TRUE(folder_.sync_file_system());
}

TEST_F(FolderTest, follows_no_link_to_a_file)
{
    std::filesystem::create_symlink(outside_ / "secret", root_ / "link");
    EXPECT_EQ(folder_.open_file(safe("link")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.open_for_writing(safe("link")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.create_file(safe("link")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.stat(safe("link"))->kind, EntryKind::link);
}

TEST_F(FolderTest, makes_no_file_at_the_end_of_a_dangling_link)
{
    std::filesystem::create_symlink(outside_ / "new", root_ / "link");
    EXPECT_FALSE(folder_.create_file(safe("link")));
    EXPECT_FALSE(std::filesystem::exists(outside_ / "new"));
}

TEST_F(FolderTest, follows_no_link_in_the_middle_of_a_name)
{
    std::filesystem::create_directory_symlink(outside_, root_ / "link");
    EXPECT_EQ(folder_.open_file(safe("link/secret")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.create_file(safe("link/new")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.make_folders(safe("link/new")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.make_folders(safe("link")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.open_folder(safe("link")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.remove_file(safe("link/secret")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.remove_tree(safe("link/secret")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.write_atomically(safe("link/secret"), as_bytes("x")).error().code, ErrorCode::refused);
    EXPECT_EQ(folder_.rename(safe("link/secret"), folder_, safe("mine")).error().code, ErrorCode::refused);
    EXPECT_EQ(read(outside_ / "secret"), "secret");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside_), {}), 1);
}

TEST_F(FolderTest, replaces_a_planted_link_instead_of_writing_through_it)
{
    std::filesystem::create_symlink(outside_ / "secret", root_ / "version.ini");
    std::filesystem::create_symlink(outside_ / "secret", root_ / "version.ini.new");
    ASSERT_TRUE(folder_.write_atomically(safe("version.ini"), as_bytes("20240101")));
    EXPECT_EQ(read(outside_ / "secret"), "secret");
    EXPECT_EQ(read(root_ / "version.ini"), "20240101");
}

TEST_F(FolderTest, removes_links_and_not_what_they_point_to)
{
    std::filesystem::create_directories(root_ / "game/deep");
    write(root_ / "game/deep/file", "x");
    std::filesystem::create_directory_symlink(outside_, root_ / "game/link");
    std::filesystem::create_directory_symlink(outside_, root_ / "top");
    ASSERT_TRUE(folder_.remove_tree(safe("game")));
    ASSERT_TRUE(folder_.remove_tree(safe("top")));
    ASSERT_TRUE(folder_.remove_tree(safe("never/there")));
    EXPECT_TRUE(std::filesystem::is_empty(root_));
    EXPECT_EQ(read(outside_ / "secret"), "secret");
}

TEST_F(FolderTest, removes_an_empty_folder_and_spares_a_full_one)
{
    write(root_ / "full/file", "x");
    ASSERT_TRUE(folder_.make_folders(safe("empty")));
    EXPECT_EQ(folder_.remove_empty_folder(safe("full")), false);
    EXPECT_EQ(folder_.remove_empty_folder(safe("empty")), true);
    EXPECT_EQ(folder_.remove_empty_folder(safe("empty")), true);
    EXPECT_EQ(names(), (std::vector<std::string>{"full", "full/file"}));
}

TEST_F(FolderTest, renames_across_folders)
{
    write(root_ / "staging/a/file", "x");
    ASSERT_TRUE(folder_.make_folders(safe("place")));
    const auto staging = folder_.open_folder(safe("staging")).value();
    ASSERT_TRUE(staging.rename(safe("a/file"), folder_, safe("place/file")));
    EXPECT_EQ(read(root_ / "place/file"), "x");
    EXPECT_EQ(staging.rename(safe("a/file"), folder_, safe("place/file")).error().code, ErrorCode::not_found);
}

TEST_F(FolderTest, lists_everything_by_name_and_enters_no_link)
{
    write(root_ / "b/file", "12345");
    write(root_ / "a.txt", "");
    std::filesystem::create_directory_symlink(outside_, root_ / "link");
    ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
    const auto entries = folder_.list_tree(1000).value();
    ASSERT_EQ(names(), (std::vector<std::string>{"a.txt", "b", "b/file", "link", "pipe"}));
    EXPECT_EQ(entries[1].kind, EntryKind::folder);
    EXPECT_EQ(entries[2].kind, EntryKind::file);
    EXPECT_EQ(entries[2].stat.size, 5U);
    EXPECT_EQ(entries[2].stat, folder_.open_file(safe("b/file"))->stat().value());
    EXPECT_EQ(entries[3].kind, EntryKind::link);
    EXPECT_EQ(entries[4].kind, EntryKind::other);
    EXPECT_EQ(folder_.list()->size(), 4U);
}

TEST_F(FolderTest, does_not_enter_what_is_skipped)
{
    write(root_ / "local/file", "x");
    write(root_ / "data/local/file", "x");
    EXPECT_EQ(names([](std::string_view name) { return name == "local"; }),
              (std::vector<std::string>{"data", "data/local", "data/local/file", "local"}));
}

TEST_F(FolderTest, gives_up_on_too_many_entries_and_on_folders_too_deep)
{
    for (int number = 0; number < 20; ++number) {
        write(root_ / std::to_string(number), "");
    }
    EXPECT_EQ(folder_.list_tree(19).error().code, ErrorCode::invalid_input);
    std::filesystem::path deep = root_;
    for (int level = 0; level < 70; ++level) {
        deep /= "d";
    }
    std::filesystem::create_directories(deep);
    EXPECT_EQ(folder_.list_tree(1000).error().code, ErrorCode::invalid_input);
    EXPECT_TRUE(folder_.remove_tree(safe("d")));
    EXPECT_TRUE(folder_.list_tree(1000));
}

}  // namespace

}  // namespace lanspread::platform
