#include "wire/blocks.h"

#include <bit>

#include <fmt/format.h>

#include "wire/checks.h"

namespace lanspread::wire {

namespace {

/// `most` is a power of two.
Result<void> check_size(const char* name, std::uint32_t size, std::uint32_t most)
{
    if (!std::has_single_bit(size) || size < min_block_size || size > most) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: expected a power of two from {} to {}", name, min_block_size, most));
    }
    return {};
}

/// What holds for both questions. The numbers of `runs` are checked against the content by who has it.
Result<void> check_blocks(std::uint32_t block, const std::vector<std::uint32_t>& runs)
{
    if (auto good = check_size("block", block, max_block_size); !good) {
        return good;
    }
    if (runs.empty() || runs.size() % 2 != 0) {
        return fail(ErrorCode::invalid_input, "runs: expected pairs of numbers, one at least");
    }
    return check_count("runs", runs.size(), max_block_runs);
}

}  // namespace

Result<void> check(const GetSums& request)
{
    const auto good = check_blocks(request.block, request.runs);
    return good ? check_size("piece", request.piece, request.block) : good;
}

Result<void> check(const GetRanges& request) { return check_blocks(request.block, request.runs); }

}  // namespace lanspread::wire
