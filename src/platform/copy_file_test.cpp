#include "platform/copy_file.h"

#include <fstream>

#include <gtest/gtest.h>

#include "platform/files.h"
#include "platform/temporary_folder.h"

namespace lanspread::platform {

namespace {

void put(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string text_of(const std::filesystem::path& path)
{
    return std::string(as_text(read_file(path, 10'000'000).value()));
}

}  // namespace

TEST(CopyFile, has_the_same_bytes)
{
    const TemporaryFolder folder;
    const auto large = std::string(3'000'000, 'x') + "end";
    put(folder.path() / "large", large);
    put(folder.path() / "empty", "");
    for (const auto* name : {"large", "empty"}) {
        ASSERT_TRUE(clone_or_copy(folder.path() / name, folder.path() / "copy"));
        EXPECT_EQ(text_of(folder.path() / "copy"), text_of(folder.path() / name));
        std::filesystem::remove(folder.path() / "copy");
    }
}

TEST(CopyFile, copies_between_file_systems)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(clone_or_copy("/proc/version", folder.path() / "copy"));
    EXPECT_TRUE(text_of(folder.path() / "copy").contains("version")) << "though it says that it has no bytes";
}

TEST(CopyFile, keeps_the_executable_bit)
{
    const TemporaryFolder folder;
    put(folder.path() / "file", "x");
    ASSERT_TRUE(clone_or_copy(folder.path() / "file", folder.path() / "plain"));
    EXPECT_FALSE(File::open(folder.path() / "plain")->stat()->executable);
    ASSERT_TRUE(File::open(folder.path() / "file")->set_executable(true));
    ASSERT_TRUE(clone_or_copy(folder.path() / "file", folder.path() / "program"));
    EXPECT_TRUE(File::open(folder.path() / "program")->stat()->executable);
}

TEST(CopyFile, replaces_nothing_and_follows_no_link_where_it_writes)
{
    const TemporaryFolder folder;
    put(folder.path() / "file", "new");
    put(folder.path() / "there", "old");
    EXPECT_FALSE(clone_or_copy(folder.path() / "file", folder.path() / "there"));
    EXPECT_EQ(text_of(folder.path() / "there"), "old");
    std::filesystem::create_symlink("elsewhere", folder.path() / "link");
    EXPECT_FALSE(clone_or_copy(folder.path() / "file", folder.path() / "link"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}

TEST(CopyFile, of_a_folder_or_of_nothing_is_an_error)
{
    const TemporaryFolder folder;
    EXPECT_EQ(clone_or_copy(folder.path(), folder.path() / "copy").error().code, ErrorCode::refused);
    EXPECT_EQ(clone_or_copy(folder.path() / "no", folder.path() / "copy").error().code, ErrorCode::not_found);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "copy"));
}

}  // namespace lanspread::platform
