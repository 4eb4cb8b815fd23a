#include "party/hello.h"

#include <gtest/gtest.h>

namespace lanspread::party {
namespace {

const PeerId id{};

TEST(DisplayName, is_kept_where_it_can_be_shown) { EXPECT_EQ(display_name("Jörgs PC", id), "Jörgs PC"); }

TEST(DisplayName, never_controls_a_terminal)
{
    for (const auto* text : {"\x1b[2J", "a\nb",
                             "\xc2\x9b"
                             "31m",
                             "", "\xff\x01"}) {
        EXPECT_EQ(display_name(text, id), "peer 000000000000") << text;
    }
}

TEST(DisplayName, is_cut_at_a_whole_character)
{
    const auto name = display_name(std::string(63, 'x') + "ö", id);
    EXPECT_EQ(name, std::string(63, 'x'));
}

wire::Hello hello(std::uint32_t protocol)
{
    return {.protocol = protocol, .name = "bob", .program = "", .listen = {}, .library = {}};
}

TEST(Protocol, of_the_same_version_is_welcome)
{
    EXPECT_TRUE(check_protocol(hello(wire::protocol_version), "alice", id));
}

TEST(Protocol, of_another_version_is_refused_and_says_who_must_update)
{
    const auto newer = check_protocol(hello(wire::protocol_version + 1), "alice", id);
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code, ErrorCode::refused);
    EXPECT_TRUE(newer.error().message.ends_with("update lanspread on alice")) << newer.error().message;

    const auto older = check_protocol(hello(0), "alice", id);
    ASSERT_FALSE(older);
    EXPECT_TRUE(older.error().message.ends_with("update lanspread on bob")) << older.error().message;
}

}  // namespace
}  // namespace lanspread::party
