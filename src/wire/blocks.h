#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <cstdint>
#include <vector>

#include <boost/describe/class.hpp>

/// Questions for parts of chunks, from a peer that has an older version and looks for what differs. Both name
/// their parts in the same way: in blocks of `block` bytes, counted from the beginning of `chunk`, and every
/// chunk takes 1 MiB in that count however long it is. `runs` says in turns how many blocks to pass over and
/// how many are meant. The last block of a chunk may be shorter; blocks past its end must not be meant.
namespace lanspread::wire {

inline constexpr std::uint32_t min_block_size = 32;
inline constexpr std::uint32_t max_block_size = 16 * 1024;
inline constexpr std::size_t max_block_runs = 4096;
/// How many chunks after the first a question may reach, and bytes that one answer may have.
inline constexpr std::uint32_t max_block_chunks = 64;
inline constexpr std::uint32_t max_block_answer = 1024 * 1024;

/// Asks for sums within blocks. The answer is Data with one number for each piece (swarm/block_sums.h), in
/// order.
struct GetSums {
    ContentId content;
    std::uint32_t chunk = 0;
    std::uint32_t block = 0;  ///< a power of two from 32 to 16,384
    std::uint32_t piece = 0;  ///< each block is summed in pieces of so many bytes: a power of two from 32 on
    std::vector<std::uint32_t> runs;
};
BOOST_DESCRIBE_STRUCT(GetSums, (), (content, chunk, block, piece, runs))

/// Asks for the blocks' bytes. The answer is Data with them, in order.
struct GetRanges {
    ContentId content;
    std::uint32_t chunk = 0;
    std::uint32_t block = 0;  ///< as in GetSums
    std::vector<std::uint32_t> runs;
};
BOOST_DESCRIBE_STRUCT(GetRanges, (), (content, chunk, block, runs))

[[nodiscard]] Result<void> check(const GetSums& request);
[[nodiscard]] Result<void> check(const GetRanges& request);

}  // namespace lanspread::wire
