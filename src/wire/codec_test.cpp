#include "wire/codec.h"

#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lanspread::wire {

/// Every kind of member that has a form.
struct Inner {
    std::int32_t number = 0;
    bool operator==(const Inner&) const = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (number))

struct Everything {
    bool flag = false;
    std::uint8_t small = 0;
    std::int64_t least = 0;
    std::uint64_t most = 0;
    double ratio = 0;
    std::string text = {};
    ChunkHash hash = {};
    GameId game = GameId::parse("doom").value();
    Address address = Address::v4({192, 0, 2, 1}, 7000);
    Inner inner = {};
    std::vector<Inner> list = {};
    std::vector<std::string> texts = {};
    std::optional<Inner> maybe = {};
    bool operator==(const Everything&) const = default;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (flag, small, least, most, ratio, text, hash, game, address, inner, list, texts, maybe))

struct Tiny {
    std::uint8_t value = 0;
    bool operator==(const Tiny&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tiny, (), (value))

namespace {

template <class T>
testing::AssertionResult is_refused(std::string_view text, std::string_view reason)
{
    const auto decoded = decode<T>(text);
    if (decoded) {
        return testing::AssertionFailure() << "accepted";
    }
    if (decoded.error().code != ErrorCode::invalid_input || !decoded.error().message.contains(reason)) {
        return testing::AssertionFailure() << "refused for another reason: " << decoded.error().message;
    }
    return testing::AssertionSuccess();
}

GameEntry entry(std::string_view game)
{
    return {.game = GameId::parse(game).value(),
            .version = "20240131",
            .content = {},
            .size = 7,
            .chunks = 1,
            .files = 2};
}

std::string tiny(std::string_view value) { return fmt::format(R"({{"type":"Tiny","value":{}}})", value); }

}  // namespace

TEST(Codec, writes_a_struct_as_its_type_and_its_members_in_order)
{
    EXPECT_EQ(
        encode(GetChunk{.content = {}, .chunk = 7}).value(),
        R"({"type":"GetChunk","content":"0000000000000000000000000000000000000000000000000000000000000000","chunk":7})");
    EXPECT_EQ(encode(Ping{}).value(), R"({"type":"Ping"})");
}

TEST(Codec, writes_structs_inside_without_their_type)
{
    EXPECT_EQ(encode(LibrarySnapshot{.epoch = 1, .rev = 2, .games = {}}).value(),
              R"({"type":"LibrarySnapshot","epoch":1,"rev":2,"games":[]})");
    const auto text = encode(Everything{.inner = {.number = -5}, .maybe = Inner{}}).value();
    EXPECT_TRUE(text.contains(R"("inner":{"number":-5})")) << text;
    EXPECT_TRUE(text.contains(R"("maybe":{"number":0})")) << text;
}

TEST(Codec, gives_back_what_it_wrote)
{
    const Everything before{.flag = true,
                            .small = 255,
                            .least = std::numeric_limits<std::int64_t>::min(),
                            .most = std::numeric_limits<std::uint64_t>::max(),
                            .ratio = -0.125,
                            .text = "quote \" slash \\ line\n nul \x01 ü € 🎮",
                            .hash = ChunkHash::parse(std::string(64, 'a')).value(),
                            .address = Address::parse("[2001:db8::1]:9").value(),
                            .inner = {.number = std::numeric_limits<std::int32_t>::min()},
                            .list = {{.number = 1}, {.number = 2}},
                            .texts = {"", "x"},
                            .maybe = Inner{.number = 3}};
    const auto after = decode<Everything>(encode(before).value());
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(*after, before);
    EXPECT_EQ(decode<Everything>(encode(Everything{}).value()), Everything{});
}

TEST(Codec, keeps_integers_that_a_double_cannot_hold)
{
    for (const auto value :
         {(std::uint64_t{1} << 53) + 1, (std::uint64_t{1} << 63) - 1, (std::uint64_t{1} << 63) + 1}) {
        EXPECT_EQ(decode<Data>(encode(Data{.size = value}).value())->size, value);
    }
}

TEST(Codec, reads_whichever_struct_the_type_names)
{
    const auto message = decode_any<Ping, GetChunk, Goodbye>(R"({"type":"Goodbye"})");
    ASSERT_TRUE(message);
    EXPECT_TRUE(std::holds_alternative<Goodbye>(*message));

    const std::variant<Ping, Tiny> held = Tiny{.value = 9};
    EXPECT_EQ(encode(held).value(), tiny("9"));
    EXPECT_EQ((std::get<Tiny>(decode<std::variant<Ping, Tiny>>(tiny("9")).value()).value), 9);
}

TEST(Codec, refuses_a_type_that_was_not_asked_for)
{
    EXPECT_TRUE(
        (is_refused<std::variant<Ping, Pong>>(R"({"type":"Hello"})", "message.type: missing or unknown")));
    EXPECT_TRUE((is_refused<std::variant<Ping, Pong>>(R"({})", "message.type")));
    EXPECT_TRUE((is_refused<std::variant<Ping, Pong>>(R"({"type":1})", "message.type")));
    EXPECT_TRUE((is_refused<std::variant<Ping, Pong>>(R"([])", "message.type")));
    EXPECT_TRUE(is_refused<Ping>(R"({"type":"Pong"})", "Ping.type"));
    EXPECT_TRUE(is_refused<Ping>(R"({})", "Ping.type"));
}

TEST(Codec, writes_and_reads_lists)
{
    const std::vector<Tiny> list{{.value = 1}, {.value = 2}};
    EXPECT_EQ(encode(list).value(), R"({"items":[{"value":1},{"value":2}]})");
    EXPECT_EQ(decode<std::vector<Tiny>>(encode(list).value()), list);
    EXPECT_TRUE(
        is_refused<std::vector<Tiny>>(R"({"items":[{"value":1},{"value":256}]})", "list.items[1].value: "));
    EXPECT_TRUE(is_refused<std::vector<Tiny>>(R"({"items":[],"more":1})", "list.more: unknown"));
    EXPECT_TRUE(is_refused<std::vector<Tiny>>(R"({})", "list.items: missing"));
}

TEST(Codec, tells_a_failed_answer_from_an_answer)
{
    EXPECT_EQ(decode_answer<Data>(encode(Data{.size = 5}).value())->size, 5);
    const auto failure = encode(to_failure({ErrorCode::not_found, "no such game"})).value();
    const auto answer = decode_answer<Data>(failure);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::not_found);
    EXPECT_EQ(answer.error().message, "no such game");
    EXPECT_EQ(decode_answer<std::vector<Tiny>>(failure).error().code, ErrorCode::not_found);
}

TEST(Codec, takes_a_failure_of_an_unknown_kind_as_a_refusal)
{
    EXPECT_EQ(to_error({.code = "out_of_cheese", .message = "x"}).code, ErrorCode::refused);
    EXPECT_EQ(to_error({.code = "disk_full", .message = "x"}).code, ErrorCode::disk_full);
}

TEST(Codec, cuts_the_text_of_a_failure_that_is_too_long)
{
    EXPECT_EQ(to_failure({ErrorCode::io, std::string(1'000'000, 'x')}).message.size(), 1024);
}

TEST(Codec, names_the_member_that_is_wrong)
{
    LibraryDelta delta;
    delta.upserts = {entry("a"), entry("b")};
    auto text = encode(delta).value();
    text.replace(text.rfind(R"("size":7)"), 8, R"("size":-7)");
    EXPECT_TRUE(
        is_refused<LibraryDelta>(text, "LibraryDelta.upserts[1].size: expected an integer from 0 to"));
}

TEST(Codec, refuses_members_that_are_unknown_missing_or_doubled)
{
    EXPECT_TRUE(is_refused<Tiny>(R"({"type":"Tiny","value":1,"extra":2})", "Tiny.extra: unknown member"));
    EXPECT_TRUE(is_refused<Tiny>(R"({"type":"Tiny"})", "Tiny.value: missing"));
    EXPECT_TRUE(is_refused<Tiny>(R"({"type":"Tiny","value":1,"value":1})", "\"value\" stands there twice"));
    EXPECT_TRUE(
        is_refused<Tiny>(R"({"type":"Tiny","value":1,"valu\u0065":1})", "\"value\" stands there twice"));
    EXPECT_TRUE(is_refused<std::vector<Tiny>>(R"({"items":[{"type":"Tiny","value":1}]})",
                                              "list.items[0].type: unknown"));
}

TEST(Codec, lets_members_of_different_objects_have_the_same_name)
{
    EXPECT_TRUE(decode<std::vector<Inner>>(R"({"items":[{"number":1},{"number":1}]})"));
}

TEST(Codec, refuses_a_value_of_another_kind)
{
    for (const auto* value :
         {"-1", "256", "1.0", "1e2", "18446744073709551616", "\"1\"", "true", "null", "[]", "{}"}) {
        EXPECT_TRUE(is_refused<Tiny>(tiny(value), "Tiny.value: expected an integer from 0 to 255")) << value;
    }
    const auto good = encode(Everything{.maybe = Inner{}}).value();
    const auto with = [&](std::string_view member, std::string_view value) {
        const auto begin = good.find(fmt::format("\"{}\":", member)) + member.size() + 3;
        auto text = good;
        return text.replace(begin, good.find(",\"", begin) - begin, value);
    };
    EXPECT_TRUE(is_refused<Everything>(with("flag", "1"), "Everything.flag: "));
    EXPECT_TRUE(is_refused<Everything>(with("least", "9223372036854775808"), "Everything.least: "));
    EXPECT_TRUE(is_refused<Everything>(with("ratio", "\"x\""), "Everything.ratio: "));
    EXPECT_TRUE(is_refused<Everything>(with("text", "7"), "Everything.text: "));
    EXPECT_TRUE(is_refused<Everything>(with("hash", "\"00\""), "Everything.hash: expected 64 hex"));
    EXPECT_TRUE(is_refused<Everything>(with("game", "\"../x\""), "Everything.game: "));
    EXPECT_TRUE(is_refused<Everything>(with("inner", "[]"), "Everything.inner: expected an object"));
    EXPECT_TRUE(is_refused<Everything>(with("list", "{}"), "Everything.list: expected a list"));
    EXPECT_TRUE(
        is_refused<Everything>(with("texts", "[\"a\",null]"), "Everything.texts[1]: expected a string"));
    for (const auto* address :
         {"\"192.0.2.1\"", "\"192.0.2.1:0\"", "\"host:1\"", "\"[fe80::1%lo]:7\"", "\"[fe80::1%1]:7\""}) {
        EXPECT_TRUE(is_refused<Everything>(with("address", address), "Everything.address: ")) << address;
    }
}

TEST(Codec, refuses_what_is_not_one_json_value)
{
    for (const auto* text :
         {"", " ", "{", R"({"type":"Ping"} x)", R"({"type":"Ping"}{})", R"({"type":"Ping",})", "{'type':1}",
          R"({"type":"\ud800"})", "{\"type\":\"\xff\"}", R"({"type":NaN})", "/**/{\"type\":\"Ping\"}"}) {
        EXPECT_TRUE(is_refused<Ping>(text, "message: ")) << text;
    }
    EXPECT_TRUE(decode<Ping>("  {\"type\" : \"Ping\"}\n"));
}

TEST(Codec, refuses_what_is_nested_too_deep)
{
    EXPECT_TRUE(is_refused<Ping>(std::string(500'000, '['), "message: byte"));
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(JsonDocument::parse(nested(max_depth), max_message_size));
    EXPECT_FALSE(JsonDocument::parse(nested(max_depth + 1), max_message_size));
}

TEST(Codec, refuses_what_would_take_too_much_memory)
{
    const auto list_of = [](std::size_t count, std::string_view element) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            text += i == 0 ? "[" : ",";
            text += element;
        }
        return text + "]";
    };
    const auto is_read = [](const std::string& text) {
        return JsonDocument::parse(text, 2 * max_message_size).has_value();
    };
    EXPECT_TRUE(is_read(list_of(max_list_size, "1")));
    EXPECT_FALSE(is_read(list_of(max_list_size + 1, "1")));
    EXPECT_TRUE(is_read(list_of(max_value_count / 4, "[[1]]")));
    EXPECT_FALSE(is_read(list_of(max_value_count / 3 + 1, "[[1]]")));
    EXPECT_TRUE(is_read(list_of(1, '"' + std::string(max_string_size, 'x') + '"')));
    EXPECT_FALSE(is_read(list_of(1, '"' + std::string(max_string_size + 1, 'x') + '"')));
    EXPECT_FALSE(is_read(R"({")" + std::string(65, 'x') + R"(":1})"));

    std::string object = "{";
    for (std::size_t i = 0; i <= max_member_count; ++i) {
        object += fmt::format(R"({}"m{}":1)", i == 0 ? "" : ",", i);
    }
    EXPECT_FALSE(is_read(object + "}"));
}

TEST(Codec, refuses_a_message_over_the_size_in_both_directions)
{
    const auto padded = R"({"type":"Ping"})" + std::string(max_message_size, ' ');
    EXPECT_TRUE(is_refused<Ping>(padded, "at most 1048576"));
    EXPECT_TRUE(decode<Ping>(padded, 2 * max_message_size));

    LibrarySnapshot library;
    for (int i = 0; i < 10'000; ++i) {
        auto& added = library.games.emplace_back(entry(fmt::format("game-{:05}", i)));
        added.content.bytes[0] = std::byte(i >> 8);
        added.content.bytes[1] = std::byte(i & 0xff);
    }
    const auto text = encode(library);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, ErrorCode::refused);
    EXPECT_TRUE(encode(library, 4 * max_message_size));
}

TEST(Codec, does_not_write_what_the_other_side_would_refuse)
{
    EXPECT_FALSE(encode(Everything{.ratio = std::numeric_limits<double>::quiet_NaN()}));
    EXPECT_FALSE(encode(Everything{.text = std::string(max_string_size + 1, 'x')}));
    EXPECT_FALSE(encode(Everything{.game = GameId()}));
    EXPECT_FALSE(encode(Everything{.address = Address::v4({192, 0, 2, 1}, 0)}));
    EXPECT_FALSE(encode(std::vector<Tiny>(max_list_size + 1), 100 * max_message_size));
}

TEST(Codec, mends_text_that_is_not_utf8)
{
    EXPECT_EQ(decode<Everything>(encode(Everything{.text = "a\xff"
                                                           "b"})
                                     .value())
                  ->text,
              "a\uFFFDb");
}

TEST(Codec, sends_no_scope)
{
    const Everything local{.address = {.ip = Address::parse("[fe80::1]:7")->ip, .port = 7, .scope = 3}};
    EXPECT_EQ(decode<Everything>(encode(local).value())->address, Address::parse("[fe80::1]:7").value());
}

TEST(HelloHead, is_read_from_a_hello_of_this_version)
{
    const auto head = head_of_hello(encode(Hello{.name = "bob"}).value());
    ASSERT_TRUE(head);
    EXPECT_EQ(head->protocol, protocol_version);
    EXPECT_EQ(head->name, "bob");
}

TEST(HelloHead, is_read_whatever_else_a_later_version_says)
{
    for (const auto* text :
         {R"({"type":"Hello","protocol":9})", R"({"protocol":9,"more":[{"a":1}],"type":"Hello"})",
          R"({"type":"Hello","protocol":9,"name":{"first":"bob"}})"}) {
        const auto head = head_of_hello(text);
        ASSERT_TRUE(head) << text;
        EXPECT_EQ(head->protocol, 9U);
        EXPECT_EQ(head->name, "");
    }
}

TEST(HelloHead, is_not_found_in_what_is_no_hello)
{
    for (const auto* text :
         {"", "[]", "7", R"({"type":"Ping","protocol":9})", R"({"protocol":9})", R"({"type":"Hello"})",
          R"({"type":"Hello","protocol":-1})", R"({"type":"Hello","protocol":"9"})",
          R"({"type":"Hello","protocol":4294967296})", R"({"type":"Hello","protocol":1,"protocol":9})"}) {
        const auto head = head_of_hello(text);
        ASSERT_FALSE(head) << text;
        EXPECT_EQ(head.error().code, ErrorCode::invalid_input) << text;
    }
}

}  // namespace lanspread::wire
