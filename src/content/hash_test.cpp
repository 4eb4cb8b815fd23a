#include "content/hash.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "content/chunk_hashing.h"

namespace lanspread::content {

// https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json: lengths 0 and 1 (the byte
// 0).
TEST(Hash, is_blake3)
{
    EXPECT_EQ(hash_chunk({}).hex(), "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    EXPECT_EQ(hash_chunk(Bytes(1)).hex(), "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213");
    EXPECT_EQ(hash_manifest({}).hex(), hash_chunk({}).hex());
}

TEST(Hash, differs_where_one_bit_of_a_chunk_differs)
{
    Bytes bytes(1024 * 1024);
    const auto before = hash_chunk(bytes);
    bytes[777'777] ^= std::byte{4};
    EXPECT_NE(hash_chunk(bytes), before);
}

TEST(Hash, is_the_same_of_a_chunk_that_comes_in_pieces)
{
    Bytes bytes(300'000);
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        bytes[index] = static_cast<std::byte>(index * 7);
    }
    ChunkHashing hashing;
    for (std::size_t at = 0; at < bytes.size(); at += 70'000) {
        hashing.add(ByteSpan(bytes).subspan(at, std::min<std::size_t>(70'000, bytes.size() - at)));
    }
    EXPECT_EQ(hashing.hash(), hash_chunk(bytes));
    EXPECT_EQ(ChunkHashing().hash(), hash_chunk({}));
}

TEST(VersionIni, is_its_first_line_without_what_follows_the_digits)
{
    for (const auto* text : {"20240131", "20240131\n", "20240131\r\n", "20240131 \t\r\nnotes\n"}) {
        EXPECT_EQ(parse_version_ini(text), "20240131") << text;
    }
}

TEST(VersionIni, is_refused_where_the_first_line_is_not_eight_digits)
{
    for (const auto* text :
         {"", "\n20240131", "2024013", "202401311", " 20240131", "2024o131", "20240131x", "-0240131"}) {
        EXPECT_FALSE(parse_version_ini(text)) << text;
    }
}

}  // namespace lanspread::content
