#include "content/manifest_groups.h"

#include <algorithm>
#include <limits>

#include "content/hash.h"

namespace lanspread::content {

namespace {

/// A mark has 16 bits for it.
constexpr std::uint32_t max_group_size = std::numeric_limits<std::uint16_t>::max();

// What docs/manifest.md says of the fields.
constexpr std::uint32_t count_size = 4;
constexpr std::uint32_t before_path = 2;
constexpr std::uint32_t after_path = 8 + 1;

constexpr std::uint32_t ends_every_group = 0;

}  // namespace

ManifestGroups::ManifestGroups(const Manifest& manifest) : bytes_(manifest.canonical_bytes())
{
    const auto items = manifest.files().size() + manifest.chunk_count() + 2;
    ends_.reserve(items);
    keys_.reserve(items);
    auto rest = manifest.chunk_count() * std::uint32_t{ChunkHash::size} + count_size;
    for (const auto& file : manifest.files()) {
        rest += before_path + static_cast<std::uint32_t>(file.path.text().size()) + after_path;
    }
    auto end = size() - rest;
    add(end, ends_every_group);
    for (const auto& file : manifest.files()) {
        // Of the path alone: another size moves no end.
        const auto& path = file.path.text();
        end += before_path + static_cast<std::uint32_t>(path.size()) + after_path;
        add(end, ByteReader(hash_chunk(as_bytes(path)).bytes).u32());
    }
    add(end += count_size, ends_every_group);
    for (std::uint32_t chunk = 0; chunk < manifest.chunk_count(); ++chunk) {
        const auto key = ByteReader(ByteSpan(bytes_).subspan(end)).u32();
        add(end += ChunkHash::size, key);
    }
}

void ManifestGroups::add(std::uint32_t end, std::uint32_t key)
{
    ends_.push_back(end);
    keys_.push_back(key);
}

ManifestGroup ManifestGroups::group(std::uint32_t first, std::uint32_t end) const
{
    const auto hash = hash_chunk(ByteSpan(bytes_).subspan(first, end - first));
    return {.range = {.offset = first, .size = end - first},
            .mark = std::uint64_t{end - first} << 48U | ByteReader(hash.bytes).u64() >> 16U};
}

std::vector<ManifestGroup> ManifestGroups::cut(ManifestRange range, std::uint32_t items) const
{
    std::vector<ManifestGroup> groups;
    const auto last = range.offset + range.size;
    auto first = range.offset;
    auto item = static_cast<std::size_t>(std::ranges::upper_bound(ends_, first) - ends_.begin());
    for (; first < last; ++item) {
        const auto end = std::min(ends_[item], last);
        const bool is_full = end < last && std::min(ends_[item + 1], last) - first > max_group_size;
        if (end == last || is_full || keys_[item] % items == 0) {
            groups.push_back(group(first, end));
            first = end;
        }
    }
    return groups;
}

}  // namespace lanspread::content
