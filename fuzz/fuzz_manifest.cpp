#include "check.h"
#include "content/hash.h"
#include "content/manifest.h"

#include <filesystem>

using namespace lanspread;

/// A manifest that is accepted encodes to the same bytes again, and all that is asked of it leads inside its
/// own files and below its own folder.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = input(data, size);
    const auto manifest = content::Manifest::parse(bytes);
    if (!manifest) {
        check(!manifest.error().message.empty(), "a refusal has a reason");
        return 0;
    }
    check(std::ranges::equal(manifest->canonical_bytes(), bytes), "there is one encoding only");
    check(manifest->content_id() == content::hash_manifest(bytes), "the content id is the hash of the bytes");

    std::uint64_t covered = 0;
    for (std::uint32_t chunk = 0; chunk < manifest->chunk_count(); ++chunk) {
        check(manifest->chunk_size(chunk) >= 1 && manifest->chunk_size(chunk) <= content::max_chunk_size,
              "chunk size");
        for (const auto& extent : manifest->extents(chunk)) {
            check(extent.file < manifest->files().size(), "an extent's file is one of the files");
            const auto file_size = manifest->files()[extent.file].size;
            check(extent.offset < file_size && extent.size <= file_size - extent.offset,
                  "an extent lies inside its file");
            covered += extent.size;
        }
    }
    check(covered == manifest->total_size(), "the chunks cover all bytes");
    for (const auto& file : manifest->files()) {
        const auto path = std::filesystem::path("/games/x") / file.path.text();
        check(path.lexically_normal() == path && path.string().starts_with("/games/x/"),
              "paths stay below the folder");
    }
    return 0;
}
