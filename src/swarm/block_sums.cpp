#include "swarm/block_sums.h"

#include <algorithm>
#include <array>

namespace lanspread::swarm {

namespace {

/// Odd, so that no power of it is 0; its digits are those of the golden ratio.
constexpr std::uint64_t base = 0x9e37'79b9'7f4a'7c15;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
constexpr std::uint64_t mix(std::uint64_t number)
{
    number = (number ^ number >> 30U) * 0xbf58'476d'1ce4'e5b9;
    number = (number ^ number >> 27U) * 0x94d0'49bb'1331'11eb;
    return number ^ number >> 31U;
}

constexpr auto numbers = [] {
    std::array<std::uint64_t, 256> table{};
    for (std::uint64_t index = 0; index < table.size(); ++index) {
        table[index] = mix((index + 1) * base);
    }
    return table;
}();

std::uint64_t number_of(std::byte byte) { return numbers[std::to_integer<std::size_t>(byte)]; }

std::uint64_t power(std::uint64_t exponent)
{
    std::uint64_t result = 1;
    for (auto factor = base; exponent > 0; exponent >>= 1U, factor *= factor) {
        result *= (exponent & 1U) != 0 ? factor : 1;
    }
    return result;
}

}  // namespace

std::uint64_t block_hash(ByteSpan block)
{
    // Four parts side by side: one alone would wait for its own multiplications.
    const auto part = block.size() / 4;
    std::array<std::uint64_t, 4> hashes{};
    for (std::size_t index = 0; index < part; ++index) {
        for (std::size_t lane = 0; lane < hashes.size(); ++lane) {
            hashes[lane] = hashes[lane] * base + number_of(block[lane * part + index]);
        }
    }
    const auto shift = power(part);
    auto hash = ((hashes[0] * shift + hashes[1]) * shift + hashes[2]) * shift + hashes[3];
    for (const auto byte : block.subspan(4 * part)) {
        hash = hash * base + number_of(byte);
    }
    return hash;
}

std::uint32_t block_sum(std::uint64_t hash) { return static_cast<std::uint32_t>(mix(hash) >> 32U); }

bool has_sum(ByteSpan bytes, std::uint32_t sum, std::uint32_t block)
{
    return told_sum(block_sum(block_hash(bytes)), block) == sum;
}

RollingHash::RollingHash(std::size_t window) : power_(power(window)) {}

void RollingHash::roll(std::byte out, std::byte in)
{
    hash_ = hash_ * base + (number_of(in) - number_of(out) * power_);
}

void append_sums(Bytes& sums, ByteSpan bytes, std::uint32_t block)
{
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min<std::size_t>(bytes.size(), block));
        const auto sum = block_sum(block_hash(part));
        for (std::size_t index = 0; index < sum_size(block); ++index) {
            sums.push_back(static_cast<std::byte>(sum >> (24U - 8U * index)));
        }
        bytes = bytes.subspan(part.size());
    }
}

std::vector<std::uint32_t> read_sums(ByteSpan sums, std::uint32_t block)
{
    std::vector<std::uint32_t> read;
    ByteReader reader(sums);
    while (reader.remaining() >= sum_size(block)) {
        std::uint32_t sum = 0;
        for (std::size_t index = 0; index < sum_size(block); ++index) {
            sum = sum << 8U | reader.u8();
        }
        read.push_back(sum);
    }
    return read;
}

}  // namespace lanspread::swarm
