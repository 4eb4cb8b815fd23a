#include "library/hash_plan.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

namespace lanspread::library {

namespace {

constexpr auto no_file = std::numeric_limits<std::uint32_t>::max();

/// For each file of `now`, its number in `before` where it looks the same there. Both are sorted by path.
std::vector<std::uint32_t> unchanged_files(const Fingerprint& now, const Fingerprint& before)
{
    std::vector<std::uint32_t> numbers(now.files.size(), no_file);
    std::size_t old = 0;
    for (std::size_t file = 0; file < now.files.size(); ++file) {
        while (old < before.files.size() && before.files[old].path < now.files[file].path) {
            ++old;
        }
        if (old < before.files.size() && before.files[old] == now.files[file]) {
            numbers[file] = static_cast<std::uint32_t>(old);
        }
    }
    return numbers;
}

/// The chunk of `manifest` that begins with those bytes of that file.
std::optional<std::uint32_t> chunk_at(const content::Manifest& manifest, std::uint32_t file,
                                      std::uint64_t offset)
{
    // Chunks are numbered in the order of their first bytes.
    std::uint32_t low = 0;
    std::uint32_t high = manifest.chunk_count();
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        const auto& first = manifest.extents(middle).front();
        if (first.file < file || (first.file == file && first.offset < offset)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == manifest.chunk_count()) {
        return std::nullopt;
    }
    const auto& first = manifest.extents(low).front();
    return first.file == file && first.offset == offset ? std::optional(low) : std::nullopt;
}

std::optional<ChunkHash> known_hash(std::span<const content::Extent> extents,
                                    const std::vector<std::uint32_t>& old_numbers,
                                    const content::Manifest& manifest)
{
    if (old_numbers[extents.front().file] == no_file) {
        return std::nullopt;
    }
    const auto chunk = chunk_at(manifest, old_numbers[extents.front().file], extents.front().offset);
    if (!chunk) {
        return std::nullopt;
    }
    const bool same = std::ranges::equal(extents, manifest.extents(*chunk),
                                         [&](const content::Extent& extent, const content::Extent& old) {
                                             return old_numbers[extent.file] == old.file &&
                                                    extent.offset == old.offset && extent.size == old.size;
                                         });
    return same ? std::optional(manifest.chunk_hash(*chunk)) : std::nullopt;
}

}  // namespace

HashPlan plan_hashing(const Fingerprint& now, const Fingerprint* before,
                      const content::Manifest* manifest_before)
{
    HashPlan plan;
    plan.files = manifest_files(now);
    plan.layout = content::chunk_layout(plan.files);
    const auto chunks = plan.layout.first_extent.size() - 1;
    plan.hashes.resize(chunks);

    // Both come from state.db: one may be older than the other.
    const bool is_known = before != nullptr && manifest_before != nullptr &&
                          manifest_files(*before) == manifest_before->files();
    const auto old_numbers = is_known ? unchanged_files(now, *before) : std::vector<std::uint32_t>();

    for (std::uint32_t chunk = 0; chunk < chunks; ++chunk) {
        const auto first = plan.layout.first_extent[chunk];
        const auto extents =
            std::span(plan.layout.extents).subspan(first, plan.layout.first_extent[chunk + 1] - first);
        if (const auto hash = is_known ? known_hash(extents, old_numbers, *manifest_before) : std::nullopt) {
            plan.hashes[chunk] = *hash;
            continue;
        }
        plan.to_read.push_back(chunk);
        for (const auto& extent : extents) {
            plan.bytes_to_read += extent.size;
        }
    }
    return plan;
}

}  // namespace lanspread::library
