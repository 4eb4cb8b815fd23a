#include "base/bytes.h"

#include "base/digest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lanspread {

TEST(Hex, writes_two_lower_case_digits_a_byte)
{
    EXPECT_EQ(to_hex(Bytes{std::byte{0}, std::byte{0x0f}, std::byte{0xaB}}), "000fab");
    EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, reads_both_cases_and_nothing_else)
{
    std::array<std::byte, 2> bytes{};
    EXPECT_TRUE(from_hex("aBcD", bytes));
    EXPECT_EQ(to_hex(bytes), "abcd");
    for (const auto* text : {"", "abc", "abcde", "abcg", "ab d", "-bcd", "0xab"}) {
        EXPECT_FALSE(from_hex(text, bytes)) << text;
    }
}

TEST(Digest, is_read_from_64_hex_digits)
{
    const auto id = PeerId::parse(std::string(62, '0') + "fF");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->hex(), std::string(62, '0') + "ff");
    EXPECT_EQ(id->short_hex(), "000000000000");
    EXPECT_FALSE(PeerId::parse(std::string(63, '0')));
    EXPECT_FALSE(PeerId::parse(std::string(66, '0')));
}

TEST(ByteWriter, writes_numbers_in_network_byte_order)
{
    ByteWriter writer;
    writer.u8(0x01);
    writer.u16(0x0203);
    writer.u32(0x04050607);
    writer.u64(0x08090a0b0c0d0e0f);
    writer.raw(as_bytes("ab"));
    EXPECT_EQ(to_hex(writer.bytes()), "0102030405060708090a0b0c0d0e0f6162");
}

TEST(ByteReader, gives_nothing_past_the_end_and_remembers_it)
{
    const Bytes bytes(5, std::byte{0xff});
    ByteReader reader(bytes);
    EXPECT_EQ(reader.u32(), 0xffffffff);
    EXPECT_FALSE(reader.failed());
    EXPECT_EQ(reader.u16(), 0);
    EXPECT_TRUE(reader.failed());
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_EQ(reader.raw(0).size(), 0);
    EXPECT_TRUE(reader.failed());
    EXPECT_EQ(reader.position(), 4);
    EXPECT_EQ(reader.remaining(), 1);
}

TEST(ByteReader, refuses_a_size_that_would_overflow)
{
    const Bytes bytes(5);
    ByteReader reader(bytes);
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_TRUE(reader.raw(~std::size_t{0}).empty());
    EXPECT_TRUE(reader.failed());
}

RC_GTEST_PROP(ByteReader, reads_what_byte_writer_wrote,
              (std::uint8_t a, std::uint16_t b, std::uint32_t c, std::uint64_t d, const std::string& text))
{
    ByteWriter writer;
    writer.u8(a);
    writer.u16(b);
    writer.u32(c);
    writer.u64(d);
    writer.raw(as_bytes(text));
    ByteReader reader(writer.bytes());
    RC_ASSERT(reader.u8() == a);
    RC_ASSERT(reader.u16() == b);
    RC_ASSERT(reader.u32() == c);
    RC_ASSERT(reader.u64() == d);
    RC_ASSERT(as_text(reader.raw(text.size())) == text);
    RC_ASSERT(!reader.failed() && reader.remaining() == 0);
}

}  // namespace lanspread
