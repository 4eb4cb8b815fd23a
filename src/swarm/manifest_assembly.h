#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "content/manifest_groups.h"

namespace lanspread::swarm {

/// Puts a manifest together out of that of another version of the game and of what is fetched. Pure. In turn:
/// `match` the marks of all of it; as often as it is worth it, `match` those of smaller groups of what is
/// `missing`; `fill` in the bytes of what is missing then. Nothing that it is given is trusted: it takes no
/// more memory than a manifest may, and the result must have the right hash.
class ManifestAssembly {
public:
    explicit ManifestAssembly(const content::Manifest& old) : old_(old) {}

    /// What is not known to lie in the old manifest, in order; at first nothing, since nobody knows how long
    /// all of it is. No range is longer than an answer may be.
    [[nodiscard]] std::vector<content::ManifestRange> missing() const;
    [[nodiscard]] std::uint32_t missing_size() const;
    /// Of the manifest that is put together, as soon as it is known.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] std::uint32_t old_size() const { return old_.size(); }

    /// `marks` are those of groups of `items` items, at first of the whole manifest, then of all that is
    /// missing. `corrupt` where they cannot be: then it is of no use any more.
    [[nodiscard]] Result<void> match(ByteSpan marks, std::uint32_t items);
    /// The manifest. `bytes` are those of what is missing; `corrupt` where it is not that of `content`.
    [[nodiscard]] Result<Bytes> fill(ByteSpan bytes, const ContentId& content) const;

private:
    using OldGroups = std::unordered_map<std::uint64_t, std::uint32_t>;

    /// A run of bytes of the new manifest.
    struct Piece {
        std::uint32_t size = 0;
        std::optional<std::uint32_t> in_old;  ///< where it lies in the old one
    };

    [[nodiscard]] Result<void> match_first(ByteReader& marks, const OldGroups& old);
    [[nodiscard]] Result<void> match_missing(ByteReader& marks, const OldGroups& old);
    static void add(std::vector<Piece>& pieces, std::uint64_t mark, const OldGroups& old);

    content::ManifestGroups old_;
    std::vector<Piece> pieces_;
    std::uint32_t size_ = 0;
};

}  // namespace lanspread::swarm
