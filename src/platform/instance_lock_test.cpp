#include "platform/instance_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/temporary_folder.h"

namespace lanspread::platform {

namespace {

TEST(InstanceLock, is_given_to_one_at_a_time_and_names_the_other)
{
    const TemporaryFolder folder;
    const auto first = InstanceLock::take(folder.path());
    ASSERT_TRUE(first);
    const auto second = InstanceLock::take(folder.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::exists);
    EXPECT_NE(second.error().message.find(std::to_string(::getpid())), std::string::npos)
        << second.error().message;
}

TEST(InstanceLock, is_free_again_when_its_owner_is_gone)
{
    const TemporaryFolder folder;
    {
        ASSERT_TRUE(InstanceLock::take(folder.path()));
    }
    EXPECT_TRUE(InstanceLock::take(folder.path()));
}

TEST(InstanceLock, needs_a_folder_that_is_there)
{
    const TemporaryFolder folder;
    EXPECT_EQ(InstanceLock::take(folder.path() / "missing").error().code, ErrorCode::not_found);
}

}  // namespace

}  // namespace lanspread::platform
