#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <cstdint>
#include <vector>

#include <boost/describe/class.hpp>

/// Questions for parts of a manifest, from a peer that has another manifest of the same game and looks for
/// what differs. `runs` says in turns how many of the manifest's bytes to pass over and how many are meant.
namespace lanspread::wire {

inline constexpr std::uint32_t max_group_items = 4096;
inline constexpr std::size_t max_manifest_runs = 4096;
/// Bytes that one answer may have.
inline constexpr std::uint32_t max_manifest_answer = 1024 * 1024;

/// Asks for the marks of groups of items (content/manifest_groups.h). The answer is Data with 8 bytes for
/// each, in order.
struct GetManifestSums {
    ContentId content;
    std::uint32_t items = 0;          ///< how many a group has on average: a power of two from 1 to 4,096
    std::vector<std::uint32_t> runs;  ///< none: all of the manifest is meant
};
BOOST_DESCRIBE_STRUCT(GetManifestSums, (), (content, items, runs))

/// Asks for bytes of the manifest. The answer is Data with them, in order.
struct GetManifestRanges {
    ContentId content;
    std::vector<std::uint32_t> runs;
};
BOOST_DESCRIBE_STRUCT(GetManifestRanges, (), (content, runs))

[[nodiscard]] Result<void> check(const GetManifestSums& request);
[[nodiscard]] Result<void> check(const GetManifestRanges& request);

}  // namespace lanspread::wire
