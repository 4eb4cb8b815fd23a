#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/digest.h"
#include "content/manifest.h"

namespace lanspread::swarm {

/// An estimate of the bytes that installing a package will need beside it: as much again as its archives (the
/// `*.eti` files at the top) have; a package without archives is a plain tree, which is copied, unless the
/// file system can share the bytes (`can_clone`).
[[nodiscard]] std::uint64_t install_estimate(const content::Manifest& manifest, bool can_clone);

/// Who has been promised how much room on which file system, so that no two downloads count on the same free
/// bytes. Pure. Lives on one thread.
class SpaceLedger {
public:
    struct Claim {
        std::uint64_t file_system = 0;  ///< which one
        /// Bytes that the download will still take from the disk; what it has taken is no longer free. May be
        /// asked at any time while the claim stands.
        std::function<std::uint64_t()> to_fetch;
        std::uint64_t to_install = 0;
    };

    /// Promises the room, instead of what the same content was promised before. Where `free` bytes, less what
    /// others were promised, do not suffice: nothing is promised, and the text says why, with the figures.
    [[nodiscard]] std::optional<std::string> claim(const ContentId& content, Claim claim, std::uint64_t free);
    /// Idempotent.
    void release(const ContentId& content) { claims_.erase(content); }

private:
    std::map<ContentId, Claim> claims_;
};

}  // namespace lanspread::swarm
