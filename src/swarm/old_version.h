#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "content/manifest.h"
#include "library/local_game.h"
#include "platform/folder.h"
#include "swarm/chunk_assembly.h"

namespace lanspread::swarm {

/// What the present version of a game on this disk offers for the chunks of another one: the files of the
/// same path. Nothing that it reads is trusted: what is made of it is compared with the chunk's hash. A file
/// that cannot be read is as good as none. Immutable, so that several threads may use it; `packed_basis`,
/// `window` and `read` block.
class OldVersion {
public:
    OldVersion(library::LocalGamePtr old, std::shared_ptr<const content::Manifest> wanted);

    /// All of the chunk's files are there in the same size, though maybe not with the same bytes, and no
    /// chunk of the old version consists of them: a chunk of small ones, packed in another way.
    [[nodiscard]] bool has_all_files(std::uint32_t chunk) const;
    /// At least one of the chunk's files is there.
    [[nodiscard]] bool has_some_file(std::uint32_t chunk) const;
    [[nodiscard]] bool is_packed(std::uint32_t chunk) const;
    /// How much longer the old version of the chunk's file is. Of a chunk that is not packed.
    [[nodiscard]] std::int64_t growth(std::uint32_t chunk) const;
    /// The old file of the chunk's file, by number. Of a chunk that is not packed.
    [[nodiscard]] std::uint32_t file_of(std::uint32_t chunk) const;
    [[nodiscard]] std::uint64_t file_size(std::uint32_t old_file) const;

    /// The chunk as it is if its files did not change, then those old files of it that have another size, as
    /// many as fit into 2 MiB. Where a file has become longer, or is not there or cannot be read, there are
    /// zeros.
    [[nodiscard]] Basis packed_basis(std::uint32_t chunk) const;
    /// The old file around the place that the chunk has in the new one, `shift` further on.
    [[nodiscard]] Basis window(std::uint32_t chunk, std::int64_t shift) const;
    /// A part of an old file; shorter where that ends, empty where it cannot be read.
    [[nodiscard]] Bytes read(std::uint32_t old_file, std::uint64_t offset, std::size_t size) const;

private:
    [[nodiscard]] Bytes read(const platform::Folder& root, std::uint32_t old_file, std::uint64_t offset,
                             std::size_t size) const;

    library::LocalGamePtr old_;
    std::shared_ptr<const content::Manifest> wanted_;
    std::vector<std::optional<std::uint32_t>> same_path_;  // by file of the wanted: the old one's number
};

}  // namespace lanspread::swarm
