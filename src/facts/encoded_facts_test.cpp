#include "facts/encoded_facts.h"

#include <gtest/gtest.h>

#include "facts/picture.h"

namespace lanspread::facts {

TEST(EncodedFacts, come_back_by_their_hash)
{
    const wire::GameFacts facts{.title = "Doom", .players = "2"};
    const auto encoded = encode_facts(facts).value();
    EXPECT_EQ(decode_facts(encoded.hash, as_bytes(encoded.text)).value(), facts);
    EXPECT_NE(encode_facts({.title = "Doom II"}).value().hash, encoded.hash);
}

TEST(EncodedFacts, with_another_hash_are_corrupt)
{
    const auto encoded = encode_facts({.title = "Doom"}).value();
    auto text = encoded.text;
    text.back() = ' ';
    EXPECT_EQ(decode_facts(encoded.hash, as_bytes(text)).error().code, ErrorCode::corrupt);
    EXPECT_EQ(decode_facts(encoded.hash, {}).error().code, ErrorCode::corrupt);
}

TEST(EncodedFacts, that_have_their_hash_but_are_none_are_invalid)
{
    for (const std::string_view text :
         {"", "{}", R"({"type":"GameFacts"})", R"({"type":"GameFacts","title":""})"}) {
        const wire::FactsHash hash{hash_cover(as_bytes(text)).bytes};
        EXPECT_EQ(decode_facts(hash, as_bytes(text)).error().code, ErrorCode::invalid_input) << text;
    }
}

TEST(EncodedFacts, that_would_start_what_lies_outside_the_game_are_invalid)
{
    const auto encoded =
        encode_facts(
            {.title = "Doom", .start = {{.platform = "linux", .kind = "game", .command = "/bin/sh"}}})
            .value();
    EXPECT_EQ(decode_facts(encoded.hash, as_bytes(encoded.text)).error().code, ErrorCode::invalid_input);
}

TEST(Picture, is_told_by_its_first_bytes)
{
    EXPECT_EQ(picture_format(as_bytes("\xff\xd8\xff\xe0")), "jpg");
    EXPECT_EQ(picture_format(as_bytes("\x89PNG\r\n\x1a\n")), "png");
    EXPECT_FALSE(picture_format(as_bytes("GIF89a")));
    EXPECT_FALSE(picture_format({}));
}

}  // namespace lanspread::facts
