#include "library/fingerprint.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread::library {

namespace {

Fingerprint example()
{
    return {.version_ini = "20240101\r\nmore",
            .files = {{.path = SafePath::parse("Grüße/a b").value(),
                       .stat = {.size = 1,
                                .mtime_ns = -2,
                                .ctime_ns = 3,
                                .inode = ~std::uint64_t{0},
                                .executable = true}},
                      {.path = SafePath::parse("version.ini").value(), .stat = {}}}};
}

TEST(Fingerprint, is_the_same_after_it_was_stored)
{
    EXPECT_EQ(decode_fingerprint(encode(example())).value(), example());
    EXPECT_EQ(decode_fingerprint(encode({})).value(), Fingerprint{});
}

TEST(Fingerprint, that_was_cut_or_made_longer_is_refused)
{
    const auto whole = encode(example());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_fingerprint(ByteSpan(whole).first(size))) << size;
    }
    auto longer = whole;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(decode_fingerprint(longer));
}

TEST(Fingerprint, that_promises_more_files_than_it_has_bytes_is_refused_before_room_is_made_for_them)
{
    ByteWriter writer;
    writer.u8(1);
    writer.u32(0);
    writer.u32(0xffff'ffff);
    EXPECT_FALSE(decode_fingerprint(writer.bytes()));
}

TEST(Fingerprint, with_a_path_that_leaves_the_root_is_refused)
{
    auto bytes =
        encode({.version_ini = "", .files = {{.path = SafePath::parse("xx/a").value(), .stat = {}}}});
    const auto found = std::ranges::search(bytes, as_bytes("xx/a"));
    ASSERT_FALSE(found.empty());
    std::ranges::copy(as_bytes("../a"), found.begin());
    EXPECT_FALSE(decode_fingerprint(bytes));
}

RC_GTEST_PROP(Fingerprint, survives_any_damage_to_its_bytes, (const std::vector<std::uint8_t>& noise))
{
    auto bytes = encode(example());
    for (std::size_t index = 0; index < noise.size(); ++index) {
        bytes[(index * 31 + noise[index]) % bytes.size()] ^= std::byte{noise[index]};
    }
    (void)decode_fingerprint(bytes);
    (void)decode_fingerprint(std::as_bytes(std::span(noise)));
}

TEST(Fingerprint, is_settled_only_when_its_last_change_is_older_than_the_clocks_grain)
{
    auto fingerprint = example();
    const std::int64_t now = 1'700'000'000'000'000'000;
    EXPECT_TRUE(is_settled(fingerprint, now));
    fingerprint.files[0].stat.ctime_ns = now - 1;
    EXPECT_FALSE(is_settled(fingerprint, now));
    EXPECT_TRUE(is_settled(fingerprint, now + settling_ns));
}

TEST(Fingerprint, with_a_time_in_the_future_is_not_waited_for)
{
    auto fingerprint = example();
    fingerprint.files[0].stat.ctime_ns = 2'000'000'000'000'000'000;
    EXPECT_TRUE(is_settled(fingerprint, 1'700'000'000'000'000'000));
}

}  // namespace

}  // namespace lanspread::library
