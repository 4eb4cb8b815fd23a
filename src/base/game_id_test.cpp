#include "base/game_id.h"

#include <gtest/gtest.h>

namespace lanspread {

TEST(GameId, is_a_single_safe_name)
{
    for (const auto* text : {"doom", "Quake III", "ut2004", "a.b", "x-y_z", "überspiel"}) {
        const auto id = GameId::parse(text);
        ASSERT_TRUE(id) << id.error().message;
        EXPECT_EQ(id->text(), text);
    }
}

TEST(GameId, refuses_what_is_no_safe_name)
{
    for (const auto* text :
         {"", ".", "..", "a/b", "/", "../x", "a\\b", "C:", "nul", "a.", "a ", "a\n", "\xff", "u\xcc\x88"}) {
        const auto id = GameId::parse(text);
        ASSERT_FALSE(id) << text;
        EXPECT_EQ(id.error().code, ErrorCode::invalid_input);
        EXPECT_TRUE(id.error().message.starts_with("game id")) << id.error().message;
    }
}

TEST(GameId, has_at_most_64_bytes)
{
    EXPECT_TRUE(GameId::parse(std::string(64, 'x')));
    EXPECT_FALSE(GameId::parse(std::string(65, 'x')));
}

TEST(GameId, is_hashed_and_compared_by_its_text)
{
    const auto a = GameId::parse("a").value();
    EXPECT_EQ(std::hash<GameId>{}(a), std::hash<GameId>{}(GameId::parse("a").value()));
    EXPECT_LT(a, GameId::parse("b").value());
}

}  // namespace lanspread
