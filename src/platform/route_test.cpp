#include "platform/route.h"

#include <gtest/gtest.h>

namespace lanspread::platform {
namespace {

TEST(Route, to_the_loopback_leaves_from_it)
{
    EXPECT_EQ(source_towards(Address::parse("127.0.0.1:7000").value()), Address::parse("127.0.0.1").value());
}

TEST(Route, over_a_link_that_is_not_there_is_none)
{
    EXPECT_FALSE(source_towards({.ip = {0xfe, 0x80}, .port = 1, .scope = 0x7fffffff}));
}

}  // namespace
}  // namespace lanspread::platform
