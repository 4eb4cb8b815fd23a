#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "content/manifest_groups.h"

/// Parts of manifests, as wire::GetManifestSums and wire::GetManifestRanges name them, and what is answered.
namespace lanspread::swarm {

/// `ranges`, which are in order and do not overlap, in the words of a question.
[[nodiscard]] std::vector<std::uint32_t> to_runs(std::span<const content::ManifestRange> ranges);

/// What a stranger's question means; `invalid_input` where it names bytes beyond `size`.
[[nodiscard]] Result<std::vector<content::ManifestRange>> to_ranges(std::span<const std::uint32_t> runs,
                                                                    std::uint32_t size);

/// Bytes of all ranges together.
[[nodiscard]] std::uint32_t total_size(std::span<const content::ManifestRange> ranges);

/// The marks of the groups in what `runs` mean (without any: in all of it), 8 bytes each; `invalid_input`
/// where the question cannot be meant, or the answer is too long for one.
[[nodiscard]] Result<Bytes> manifest_sums(const content::ManifestGroups& groups, std::uint32_t items,
                                          std::span<const std::uint32_t> runs);
/// The bytes that `runs` mean: the same.
[[nodiscard]] Result<Bytes> manifest_ranges(const content::ManifestGroups& groups,
                                            std::span<const std::uint32_t> runs);

}  // namespace lanspread::swarm
