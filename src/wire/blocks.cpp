#include "wire/blocks.h"

#include <bit>

#include <fmt/format.h>

#include "wire/checks.h"

namespace lanspread::wire {

namespace {

/// What holds for both questions. The numbers of `runs` are checked against the content by who has it.
Result<void> check_blocks(std::uint32_t block, const std::vector<std::uint32_t>& runs)
{
    if (!std::has_single_bit(block) || block < min_block_size || block > max_block_size) {
        return fail(ErrorCode::invalid_input, fmt::format("block: expected a power of two from {} to {}",
                                                          min_block_size, max_block_size));
    }
    if (runs.empty() || runs.size() % 2 != 0) {
        return fail(ErrorCode::invalid_input, "runs: expected pairs of numbers, one at least");
    }
    return check_count("runs", runs.size(), max_block_runs);
}

}  // namespace

Result<void> check(const GetSums& request) { return check_blocks(request.block, request.runs); }

Result<void> check(const GetRanges& request) { return check_blocks(request.block, request.runs); }

}  // namespace lanspread::wire
