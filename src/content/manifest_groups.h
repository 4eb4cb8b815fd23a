#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "content/manifest.h"

/// By what two manifests of one game are compared, piece by piece, without sending either.
namespace lanspread::content {

/// A run of a manifest's bytes.
struct ManifestRange {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;

    auto operator<=>(const ManifestRange&) const = default;
};

/// Some items of a manifest, one behind the other.
struct ManifestGroup {
    ManifestRange range;
    /// Tells whether another group is the same: the size in the upper 16 bits, and the first 48 bits of the
    /// BLAKE3 hash of its bytes. Somebody could make two that agree, so what is put together by marks is
    /// compared with the content id.
    std::uint64_t mark = 0;
};

[[nodiscard]] constexpr std::uint32_t size_in_mark(std::uint64_t mark)
{
    return static_cast<std::uint32_t>(mark >> 48U);
}

/// A manifest's bytes, and how they are cut into groups of items: the head, a file's record, the count of
/// chunks, a chunk's hash. Where groups end is said by the items themselves, so that a file that comes or
/// goes, or has another size, changes its own group and no other (content-defined chunking, as in LBFS:
/// Muthitacharoen, Chen, Mazières, 2001). A group of fewer items lies within one of more. Immutable.
class ManifestGroups {
public:
    explicit ManifestGroups(const Manifest& manifest);

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }
    [[nodiscard]] ManifestRange whole() const { return {.offset = 0, .size = size()}; }

    /// The groups, of `items` (a power of two) on average, that `range` of the bytes is made of. It ends one
    /// wherever it begins or ends.
    [[nodiscard]] std::vector<ManifestGroup> cut(ManifestRange range, std::uint32_t items) const;

private:
    void add(std::uint32_t end, std::uint32_t key);
    [[nodiscard]] ManifestGroup group(std::uint32_t first, std::uint32_t end) const;

    Bytes bytes_;
    std::vector<std::uint32_t> ends_;  // of the items
    std::vector<std::uint32_t> keys_;  // whose lowest bits say of which groups the item is the last one
};

}  // namespace lanspread::content
