#pragma once

#include <cstdint>
#include <vector>

#include "base/digest.h"
#include "content/manifest.h"
#include "library/fingerprint.h"

namespace lanspread::library {

/// What must be read to know the hashes of a game's chunks.
struct HashPlan {
    std::vector<content::ManifestFile> files;
    content::ChunkLayout layout;
    std::vector<ChunkHash> hashes;       ///< by chunk; zero for those in `to_read`
    std::vector<std::uint32_t> to_read;  ///< chunks whose hash is not known, in order
    std::uint64_t bytes_to_read = 0;
};

/// A chunk keeps the hash that it had where each of its files looks as it did then and it consists of the
/// same runs of bytes. `before` and `manifest_before` are what was known of the root: null where that is
/// nothing.
[[nodiscard]] HashPlan plan_hashing(const Fingerprint& now, const Fingerprint* before,
                                    const content::Manifest* manifest_before);

}  // namespace lanspread::library
