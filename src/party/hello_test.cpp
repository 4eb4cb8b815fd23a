#include "party/hello.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "wire/codec.h"

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

std::string hello(std::uint32_t protocol)
{
    const wire::Hello hello{.protocol = protocol, .name = "bob", .program = "", .listen = {}, .library = {}};
    return wire::encode(hello).value();
}

TEST(Protocol, of_the_same_version_is_welcome)
{
    EXPECT_EQ(read_hello(hello(wire::protocol_version), "alice", id)->name, "bob");
}

TEST(Protocol, of_the_same_version_is_read_strictly)
{
    const auto text =
        fmt::format(R"({{"type":"Hello","protocol":{},"mood":"good"}})", wire::protocol_version);
    EXPECT_EQ(read_hello(text, "alice", id).error().code, ErrorCode::invalid_input);
}

TEST(Protocol, of_a_later_version_with_other_members_still_says_who_must_update)
{
    const auto refused =
        read_hello(R"({"type":"Hello","mood":{"is":"good"},"protocol":7,"name":"bob"})", "alice", id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::refused);
    EXPECT_EQ(refused.error().message,
              fmt::format(
                  "bob speaks version 7 of the protocol, alice speaks version {}: update lanspread on alice",
                  wire::protocol_version));
}

TEST(Protocol, failure_that_comes_instead_of_a_hello_is_handed_on)
{
    const auto failure = wire::encode(wire::to_failure({ErrorCode::refused, "not you"})).value();
    EXPECT_EQ(read_hello(failure, "alice", id).error().message, "not you");
}

TEST(Protocol, of_another_version_is_refused_and_says_who_must_update)
{
    const auto newer = read_hello(hello(wire::protocol_version + 1), "alice", id);
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code, ErrorCode::refused);
    EXPECT_TRUE(newer.error().message.ends_with("update lanspread on alice")) << newer.error().message;

    const auto older = read_hello(hello(0), "alice", id);
    ASSERT_FALSE(older);
    EXPECT_TRUE(older.error().message.ends_with("update lanspread on bob")) << older.error().message;
}

}  // namespace
}  // namespace lanspread::party
