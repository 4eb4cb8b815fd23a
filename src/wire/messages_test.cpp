#include "wire/messages.h"

#include "wire/codec.h"

#include <gtest/gtest.h>

namespace lanspread::wire {

namespace {

ContentId content(char digit) { return ContentId::parse(std::string(64, digit)).value(); }

GameEntry entry(std::string_view game, char content_digit)
{
    return {.game = GameId::parse(game).value(),
            .version = "20240131",
            .content = content(content_digit),
            .size = 5'000'000'000,
            .chunks = 4769,
            .files = 12};
}

Hello hello()
{
    return {.name = "Jörg's PC",
            .program = "lanspread 0.1.0",
            .listen = {Address::v4({192, 0, 2, 1}, 7000), Address::parse("[2001:db8::1]:7000").value()},
            .library = {
                .epoch = ~std::uint64_t{0}, .rev = 3, .games = {entry("quake", 'c'), entry("doom", 'd')}}};
}

/// Whether neither direction lets the message through, and the decoder says what is wrong.
template <class T>
testing::AssertionResult is_refused(const T& message, std::string_view reason)
{
    const auto text = encode(message);
    if (text) {
        return testing::AssertionFailure() << "written: " << *text;
    }
    return text.error().message.contains(reason) ? testing::AssertionSuccess()
                                                 : testing::AssertionFailure() << text.error().message;
}

}  // namespace

TEST(Messages, come_back_as_they_were)
{
    const auto after = decode<Hello>(encode(hello()).value());
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(after->protocol, protocol_version);
    EXPECT_EQ(after->name, "Jörg's PC");
    EXPECT_EQ(after->listen, hello().listen);
    EXPECT_EQ(after->library.epoch, ~std::uint64_t{0});
    EXPECT_EQ(after->library.games, hello().library.games);

    auto part = entry("doom", 'd');
    part.complete = false;
    part.facts = FactsHash::parse(std::string(64, 'f'));
    const LibraryDelta delta{
        .epoch = 1, .from_rev = 2, .to_rev = 3, .upserts = {part}, .removals = {content('e')}};
    const auto delta_after = decode<LibraryDelta>(encode(delta).value());
    ASSERT_TRUE(delta_after) << delta_after.error().message;
    EXPECT_EQ(delta_after->upserts, delta.upserts);
    EXPECT_EQ(delta_after->removals, delta.removals);
}

TEST(Messages, with_the_most_entries_at_their_longest_are_below_the_limit)
{
    LibrarySnapshot library{.epoch = ~std::uint64_t{0}, .rev = ~std::uint64_t{0}, .games = {}};
    for (std::uint32_t i = 0; i < 2000; ++i) {
        auto& added = library.games.emplace_back(entry(std::string(64, 'x'), 'f'));
        added.content.bytes[0] = std::byte(i >> 8);
        added.content.bytes[1] = std::byte(i & 0xff);
        added.size = ~std::uint64_t{0};
        added.chunks = added.files = ~std::uint32_t{0};
        added.complete = false;
        added.facts = FactsHash{};
    }
    EXPECT_TRUE(encode(library));
}

TEST(Messages, that_ask_for_facts_and_covers_come_back_as_they_were)
{
    const auto facts = FactsHash::parse(std::string(64, 'f')).value();
    EXPECT_EQ(decode<GetFacts>(encode(GetFacts{facts}).value()).value().facts, facts);
    const auto cover = CoverHash::parse(std::string(64, 'c')).value();
    EXPECT_EQ(decode<GetCover>(encode(GetCover{cover}).value()).value().cover, cover);
}

TEST(Messages, with_a_display_name_over_64_bytes_are_refused)
{
    auto message = hello();
    message.name = std::string(64, 'x');
    EXPECT_TRUE(encode(message));
    message.name += 'x';
    EXPECT_TRUE(is_refused(message, "Hello.name: "));
}

TEST(Messages, with_control_characters_in_a_name_are_refused)
{
    auto message = hello();
    message.name = "\x1b[2J";
    EXPECT_TRUE(is_refused(message, "Hello.name: "));
    message = hello();
    message.program = "lanspread\n";
    EXPECT_TRUE(is_refused(message, "Hello.program: "));
}

TEST(Messages, with_too_many_addresses_are_refused)
{
    auto message = hello();
    message.listen.assign(65, Address::v4({192, 0, 2, 1}, 7000));
    EXPECT_TRUE(is_refused(message, "Hello.listen: "));
}

TEST(Messages, with_a_version_that_is_not_eight_digits_are_refused)
{
    auto message = hello();
    message.library.games[1].version = "2024";
    EXPECT_TRUE(is_refused(message, "Hello.library.games[1].version: "));
}

TEST(Messages, with_a_content_twice_or_out_of_order_are_refused)
{
    auto message = hello();
    message.library.games = {entry("a", 'c'), entry("b", 'c')};
    EXPECT_TRUE(is_refused(message, "Hello.library.games: "));
    message.library.games = {entry("a", 'd'), entry("b", 'c')};
    EXPECT_TRUE(is_refused(message, "Hello.library.games: "));
}

TEST(Messages, may_list_several_contents_of_one_game)
{
    auto message = hello();
    message.library.games = {entry("a", 'c'), entry("a", 'd')};
    EXPECT_TRUE(decode<Hello>(encode(message).value()));
}

TEST(Messages, that_follow_a_content_come_back_as_they_were)
{
    EXPECT_EQ(decode<Follow>(encode(Follow{content('c')}).value()).value().content, content('c'));
    const auto have = decode<Have>(encode(Have{.chunks = {7, 0, 4'294'967'295, 7}}).value());
    ASSERT_TRUE(have) << have.error().message;
    EXPECT_EQ(have->chunks, (std::vector<std::uint32_t>{7, 0, 4'294'967'295, 7}));
    const auto peer = PeerId::parse(std::string(64, 'a')).value();
    EXPECT_EQ(decode<Elsewhere>(encode(Elsewhere{peer}).value()).value().peer, peer);
}

TEST(Messages, that_list_too_many_chunks_at_once_are_refused)
{
    Have have{.chunks = std::vector<std::uint32_t>(max_have_chunks, 4'294'967'295)};
    EXPECT_TRUE(encode(have));
    have.chunks.push_back(1);
    EXPECT_TRUE(is_refused(have, "Have.chunks: "));
}

TEST(Messages, are_held_to_their_rules_when_they_are_read_too)
{
    auto text = encode(hello()).value();
    text.replace(text.find(std::string(64, 'c')), 64, std::string(64, 'e'));
    const auto message = decode<Hello>(text);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().message,
              "Hello.library.games: expected one entry for a content id, sorted by it");
}

}  // namespace lanspread::wire
