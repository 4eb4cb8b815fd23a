#include "platform/files.h"

#include "platform/disk_room.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "platform/paths.h"
#include "platform/temporary_folder.h"

namespace lanspread::platform {

namespace {

Bytes bytes(std::string_view text)
{
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
}

TEST(File, reads_back_at_an_offset_what_was_written_there)
{
    const TemporaryFolder folder;
    const auto file = File::create(folder.path() / "a").value();
    ASSERT_TRUE(file.write_at(1'000'000, bytes("hello")));
    Bytes read(5);
    ASSERT_TRUE(file.read_at(1'000'000, read));
    EXPECT_EQ(read, bytes("hello"));
    EXPECT_EQ(file.stat()->size, 1'000'005U);
}

TEST(File, refuses_to_read_past_its_end)
{
    const TemporaryFolder folder;
    const auto file = File::create(folder.path() / "a").value();
    ASSERT_TRUE(file.write_at(0, bytes("abc")));
    Bytes read(4);
    EXPECT_EQ(file.read_at(0, read).error().code, ErrorCode::io);
}

TEST(File, that_is_created_again_keeps_its_content)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(File::create(folder.path() / "a")->write_at(0, bytes("abc")));
    EXPECT_EQ(File::create(folder.path() / "a")->stat()->size, 3U);
}

TEST(File, says_disk_full_where_there_is_no_room)
{
    const TemporaryFolder folder;
    const auto file = File::create(folder.path() / "a").value();
    const auto reserved = file.reserve(0, disk_room(folder.path())->free + (std::uint64_t{1} << 40));
    ASSERT_FALSE(reserved);
    EXPECT_EQ(reserved.error().code, ErrorCode::disk_full);
}

TEST(File, can_be_made_executable_and_back)
{
    const TemporaryFolder folder;
    const auto file = File::create(folder.path() / "a").value();
    EXPECT_FALSE(file.stat()->executable);
    ASSERT_TRUE(file.set_executable(true));
    EXPECT_TRUE(file.stat()->executable);
    ASSERT_TRUE(file.set_executable(false));
    EXPECT_FALSE(file.stat()->executable);
}

TEST(File, is_never_a_folder_or_a_pipe)
{
    const TemporaryFolder folder;
    EXPECT_FALSE(File::open(folder.path()));
    ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
    const auto pipe = File::open(folder.path() / "pipe");  // and does not wait for its other end
    ASSERT_FALSE(pipe);
    EXPECT_EQ(pipe.error().code, ErrorCode::refused);
}

TEST(WriteAtomically, replaces_the_content_and_leaves_nothing_beside_it)
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "settings";
    ASSERT_TRUE(write_atomically(path, bytes("old")));
    ASSERT_TRUE(write_atomically(path, bytes("new")));
    EXPECT_EQ(read_file(path, 100).value(), bytes("new"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(WriteAtomically, gets_over_what_a_crash_left_behind)
{
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "key.new") << "half";
    ASSERT_TRUE(write_atomically(folder.path() / "key", bytes("whole"), FileAccess::owner_only));
    EXPECT_EQ(read_file(folder.path() / "key", 100).value(), bytes("whole"));
    struct stat status = {};
    ASSERT_EQ(::stat((folder.path() / "key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(ReadFile, refuses_more_than_was_asked_for)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(write_atomically(folder.path() / "a", bytes("12345")));
    EXPECT_EQ(read_file(folder.path() / "a", 4).error().code, ErrorCode::invalid_input);
    EXPECT_EQ(read_file(folder.path() / "b", 4).error().code, ErrorCode::not_found);
}

TEST(MakeFolders, makes_all_of_them_and_refuses_a_file_in_the_way)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(make_folders(folder.path() / "a/b/c"));
    ASSERT_TRUE(make_folders(folder.path() / "a/b/c"));
    EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "a/b/c"));
    std::ofstream(folder.path() / "file") << "x";
    EXPECT_FALSE(make_folders(folder.path() / "file"));
    EXPECT_FALSE(make_folders(folder.path() / "file/below"));
}

TEST(Paths, show_what_is_no_utf8_with_replacement_characters)
{
    EXPECT_EQ(to_utf8(to_path("Grüße")), "Grüße");
    EXPECT_EQ(to_utf8(std::filesystem::path("a\xff"
                                            "b")),
              "a\uFFFDb");
}

TEST(Paths, take_the_state_folder_from_the_environment_only_where_it_is_absolute)
{
    ::setenv("XDG_STATE_HOME", "/somewhere", 1);
    EXPECT_EQ(default_state_folder(), "/somewhere/lanspread");
    ::setenv("XDG_STATE_HOME", "relative", 1);
    ::setenv("HOME", "/home/somebody", 1);
    EXPECT_EQ(default_state_folder(), "/home/somebody/.local/state/lanspread");
    EXPECT_EQ(default_games_folder(), "/home/somebody/Games/lanspread");
    ::unsetenv("XDG_STATE_HOME");
}

}  // namespace

}  // namespace lanspread::platform
