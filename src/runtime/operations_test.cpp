#include "runtime/operations.h"

#include <gtest/gtest.h>

namespace lanspread::runtime {
namespace {

const auto doom = GameId::parse("doom").value();
const auto quake = GameId::parse("quake").value();

TEST(Operations, are_one_at_a_time_for_each_game)
{
    Operations operations;
    auto first = operations.begin(doom, verifying);
    ASSERT_TRUE(first);
    EXPECT_EQ(operations.of(doom), verifying);
    EXPECT_EQ(operations.begin(doom, removing).error().code, ErrorCode::refused);
    EXPECT_TRUE(operations.begin(quake, removing));
    first->reset();
    EXPECT_EQ(operations.of(doom), "");
    EXPECT_TRUE(operations.begin(doom, removing));
}

TEST(Operations, let_no_removal_and_no_download_of_a_game_begin_beside_each_other)
{
    Operations operations;
    auto one = operations.begin_download(doom);
    auto another = operations.begin_download(doom);
    ASSERT_TRUE(one && another) << "several ask for the same";
    one->reset();
    EXPECT_FALSE(operations.begin(doom, removing));
    another->reset();
    const auto removal = operations.begin(doom, removing);
    ASSERT_TRUE(removal);
    EXPECT_EQ(operations.begin_download(doom).error().code, ErrorCode::refused);
    EXPECT_TRUE(operations.begin_download(quake));
}

TEST(Operations, allow_a_download_beside_a_verification)
{
    Operations operations;
    const auto running = operations.begin(doom, verifying);
    ASSERT_TRUE(running);
    EXPECT_TRUE(operations.begin_download(doom));
}

}  // namespace
}  // namespace lanspread::runtime
