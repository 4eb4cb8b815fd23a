#include "platform/disk_room.h"

#include <gtest/gtest.h>

#include "platform/files.h"
#include "platform/folder.h"
#include "platform/temporary_folder.h"

namespace lanspread::platform {

TEST(DiskRoom, is_that_of_the_file_system_that_holds_the_folder)
{
    const TemporaryFolder folder;
    const auto room = disk_room(folder.path());
    ASSERT_TRUE(room) << room.error().message;
    EXPECT_GT(room->free, 0U);
    const auto proc = disk_room("/proc");
    ASSERT_TRUE(proc);
    EXPECT_NE(room->file_system, proc->file_system);
    EXPECT_FALSE(proc->can_clone);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "trying leaves nothing behind";
}

TEST(DiskRoom, of_a_folder_that_is_not_there_is_an_error)
{
    const TemporaryFolder folder;
    EXPECT_EQ(disk_room(folder.path() / "missing").error().code, ErrorCode::not_found);
}

TEST(DiskRoom, what_a_file_takes_is_told_apart_from_its_length)
{
    const TemporaryFolder temporary;
    const auto folder = Folder::open(temporary.path()).value();
    const auto name = SafePath::parse("file").value();
    const auto file = folder.create_file(name).value();
    constexpr std::uint64_t size = 1 << 20;
    ASSERT_TRUE(file.resize(size));
    EXPECT_EQ(folder.stat(name)->allocated, 0U);
    ASSERT_TRUE(file.reserve(0, size / 2));
    const auto entry = folder.stat(name);
    EXPECT_EQ(entry->stat.size, size);
    EXPECT_LT(entry->allocated, size);
}

}  // namespace lanspread::platform
