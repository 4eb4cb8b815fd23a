#pragma once

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/game_id.h"
#include "base/safe_path.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lanspread::content {

/// The unit of verification and of request: no chunk is larger.
inline constexpr std::uint64_t max_chunk_size = 1024 * 1024;

/// The largest manifest that is read, in bytes: about two million chunks, a game of 2 TB.
inline constexpr std::size_t max_manifest_size = 64 * 1024 * 1024;

inline constexpr std::size_t max_file_count = 1'000'000;
inline constexpr std::uint64_t max_total_size = std::uint64_t{4} << 40;

/// The name of the file that makes a folder a complete game root. It is written last.
inline constexpr std::string_view sentinel_name = "version.ini";

struct ManifestFile {
    SafePath path;
    std::uint64_t size = 0;
    bool executable = false;

    auto operator<=>(const ManifestFile&) const = default;
};

/// A run of bytes of one file inside a chunk.
struct Extent {
    std::uint32_t file = 0;    ///< index into Manifest::files()
    std::uint64_t offset = 0;  ///< in the file
    std::uint32_t size = 0;

    auto operator<=>(const Extent&) const = default;
};

/// What one version of a game consists of: files in canonical order and the hashes of their chunks.
/// Immutable, and valid by construction: every manifest, our own and a stranger's, comes through `make` or
/// `parse`.
///
/// Chunking: a file of 1 MiB or more is cut at its own 1 MiB boundaries; the smaller files, in order, are
/// packed together into chunks of up to 1 MiB, none of them split. Empty files are in no chunk. The chunks of
/// large files and the packed ones are numbered in the order of their first byte's file, so the list of files
/// alone tells every chunk's extents.
class Manifest {
public:
    /// Checks and sorts `files`; `hashes` has one entry for each chunk that they make. Refuses, as
    /// `invalid_input`, what `parse` would refuse, also what would have more than max_manifest_size bytes.
    [[nodiscard]] static Result<Manifest> make(GameId game, std::string version,
                                               std::vector<ManifestFile> files,
                                               std::vector<ChunkHash> hashes);
    /// Reads canonical bytes that nobody vouches for; refuses every other encoding of the same manifest.
    [[nodiscard]] static Result<Manifest> parse(ByteSpan bytes);

    [[nodiscard]] Bytes canonical_bytes() const;
    [[nodiscard]] const ContentId& content_id() const { return content_id_; }
    [[nodiscard]] const GameId& game() const { return game_; }
    /// 8 digits, as in version.ini.
    [[nodiscard]] const std::string& version() const { return version_; }
    [[nodiscard]] const std::vector<ManifestFile>& files() const { return files_; }
    [[nodiscard]] std::uint64_t total_size() const { return total_size_; }

    [[nodiscard]] std::uint32_t chunk_count() const { return static_cast<std::uint32_t>(hashes_.size()); }
    [[nodiscard]] const ChunkHash& chunk_hash(std::uint32_t chunk) const { return hashes_[chunk]; }
    /// Bytes in the chunk: 1 to max_chunk_size.
    [[nodiscard]] std::uint32_t chunk_size(std::uint32_t chunk) const;
    /// Where the chunk's bytes lie, in order; their sizes add up to chunk_size.
    [[nodiscard]] std::span<const Extent> extents(std::uint32_t chunk) const;

private:
    Manifest() = default;

    GameId game_;
    std::string version_;
    std::vector<ManifestFile> files_;
    std::vector<ChunkHash> hashes_;
    std::vector<Extent> extents_;
    std::vector<std::uint32_t> first_extent_;  // by chunk, with one past the end
    std::uint64_t total_size_ = 0;
    ContentId content_id_;
};

/// The extents that a list of files (from `canonical_files`) makes, chunk by chunk: what hashing reads and
/// Manifest keeps.
struct ChunkLayout {
    std::vector<Extent> extents;
    std::vector<std::uint32_t> first_extent;  ///< by chunk, with one past the end; so size = chunks + 1
};
[[nodiscard]] ChunkLayout chunk_layout(std::span<const ManifestFile> files);

/// How many chunks that is, without the memory that the layout takes.
[[nodiscard]] std::uint32_t chunk_count(std::span<const ManifestFile> files);

/// Checks names (unique even when case is ignored, folders too; no file that is also a folder; nothing in
/// `local/` or
/// `.lanspread/`), the presence of the sentinel, counts (at most max_file_count) and sizes (at most
/// max_total_size in sum), and sorts into canonical order: by the bytes of the path.
[[nodiscard]] Result<std::vector<ManifestFile>> canonical_files(std::vector<ManifestFile> files);

}  // namespace lanspread::content
