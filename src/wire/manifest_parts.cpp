#include "wire/manifest_parts.h"

#include <bit>

#include <fmt/format.h>

#include "wire/checks.h"

namespace lanspread::wire {

namespace {

/// The numbers themselves are checked against the manifest by who has it.
Result<void> check_runs(const std::vector<std::uint32_t>& runs)
{
    if (runs.size() % 2 != 0) {
        return fail(ErrorCode::invalid_input, "runs: expected pairs of numbers");
    }
    return check_count("runs", runs.size(), max_manifest_runs);
}

}  // namespace

Result<void> check(const GetManifestSums& request)
{
    if (!std::has_single_bit(request.items) || request.items > max_group_items) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("items: expected a power of two up to {}", max_group_items));
    }
    return check_runs(request.runs);
}

Result<void> check(const GetManifestRanges& request)
{
    if (request.runs.empty()) {
        return fail(ErrorCode::invalid_input, "runs: expected one at least");
    }
    return check_runs(request.runs);
}

}  // namespace lanspread::wire
