#include "content/manifest.h"

#include "content/hash.h"

#include <algorithm>

#include <fmt/format.h>

namespace lanspread::content {

namespace {

// docs/manifest.md says what the fields are.
constexpr std::string_view magic = "LSPM";
constexpr std::uint8_t format_version = 1;
constexpr std::size_t version_size = 8;
constexpr std::size_t smallest_file_record = 2 + 1 + 8 + 1;
constexpr std::uint8_t executable_flag = 1;

std::unexpected<Error> refuse(std::string_view problem)
{
    return fail(ErrorCode::invalid_input, fmt::format("manifest: {}", problem));
}

Result<ManifestFile> parse_file(ByteReader& reader)
{
    const auto path_size = reader.u16();
    auto path = SafePath::parse(as_text(reader.raw(path_size)));
    const auto size = reader.u64();
    const auto flags = reader.u8();
    if (reader.failed()) {
        return refuse("it ends inside a file's record");
    }
    if (!path) {
        return fail(path.error().in("manifest"));
    }
    if ((flags & ~executable_flag) != 0) {
        return refuse("unknown flags");
    }
    return ManifestFile{.path = *std::move(path), .size = size, .executable = flags == executable_flag};
}

Result<std::vector<ManifestFile>> parse_files(ByteReader& reader)
{
    const auto count = reader.u32();
    if (count > max_file_count || count > reader.remaining() / smallest_file_record) {
        return refuse("more files than it has room for");
    }
    std::vector<ManifestFile> files;
    files.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        auto file = parse_file(reader);
        if (!file) {
            return fail(std::move(file).error());
        }
        files.push_back(*std::move(file));
    }
    return files;
}

Result<std::vector<ChunkHash>> parse_hashes(ByteReader& reader)
{
    const auto count = reader.u32();
    if (reader.failed() || reader.remaining() != std::uint64_t{count} * ChunkHash::size) {
        return refuse("its chunk hashes are not what its end has room for");
    }
    std::vector<ChunkHash> hashes(count);
    for (auto& hash : hashes) {
        std::ranges::copy(reader.raw(ChunkHash::size), hash.bytes.begin());
    }
    return hashes;
}

}  // namespace

Result<Manifest> Manifest::make(GameId game, std::string version, std::vector<ManifestFile> files,
                                std::vector<ChunkHash> hashes)
{
    if (game.text().empty() || !is_version(version)) {
        return refuse("it needs a game id and a version of 8 digits");
    }
    auto canonical = canonical_files(std::move(files));
    if (!canonical) {
        return fail(canonical.error().in("manifest"));
    }
    if (hashes.size() != content::chunk_count(*canonical)) {
        return refuse("it has not as many chunk hashes as its files make chunks");
    }
    Manifest manifest;
    manifest.game_ = std::move(game);
    manifest.version_ = std::move(version);
    manifest.files_ = *std::move(canonical);
    manifest.hashes_ = std::move(hashes);

    const auto bytes = manifest.canonical_bytes();
    if (bytes.size() > max_manifest_size) {
        return refuse(fmt::format("{} bytes: at most {}", bytes.size(), max_manifest_size));
    }
    manifest.content_id_ = hash_manifest(bytes);
    auto layout = chunk_layout(manifest.files_);
    manifest.extents_ = std::move(layout.extents);
    manifest.first_extent_ = std::move(layout.first_extent);
    for (const auto& file : manifest.files_) {
        manifest.total_size_ += file.size;
    }
    return manifest;
}

Result<Manifest> Manifest::parse(ByteSpan bytes)
{
    if (bytes.size() > max_manifest_size) {
        return refuse(fmt::format("{} bytes: at most {}", bytes.size(), max_manifest_size));
    }
    ByteReader reader(bytes);
    if (as_text(reader.raw(magic.size())) != magic || reader.u8() != format_version) {
        return refuse("not of a format that this program knows");
    }
    auto game = GameId::parse(as_text(reader.raw(reader.u8())));
    if (!game) {
        return fail(game.error().in("manifest"));
    }
    std::string version(as_text(reader.raw(version_size)));
    auto files = parse_files(reader);
    if (!files) {
        return fail(std::move(files).error());
    }
    auto hashes = parse_hashes(reader);
    if (!hashes) {
        return fail(std::move(hashes).error());
    }
    auto manifest = make(*std::move(game), std::move(version), *std::move(files), *std::move(hashes));
    if (manifest && manifest->content_id() != hash_manifest(bytes)) {
        return refuse("not in canonical form: files out of order");
    }
    return manifest;
}

Bytes Manifest::canonical_bytes() const
{
    ByteWriter writer;
    writer.raw(as_bytes(magic));
    writer.u8(format_version);
    writer.u8(static_cast<std::uint8_t>(game_.text().size()));
    writer.raw(as_bytes(game_.text()));
    writer.raw(as_bytes(version_));
    writer.u32(static_cast<std::uint32_t>(files_.size()));
    for (const auto& file : files_) {
        writer.u16(static_cast<std::uint16_t>(file.path.text().size()));
        writer.raw(as_bytes(file.path.text()));
        writer.u64(file.size);
        writer.u8(file.executable ? executable_flag : 0);
    }
    writer.u32(chunk_count());
    for (const auto& hash : hashes_) {
        writer.raw(hash.bytes);
    }
    return writer.take();
}

std::uint32_t Manifest::chunk_size(std::uint32_t chunk) const
{
    std::uint32_t size = 0;
    for (const auto& extent : extents(chunk)) {
        size += extent.size;
    }
    return size;
}

std::span<const Extent> Manifest::extents(std::uint32_t chunk) const
{
    return std::span(extents_).subspan(first_extent_[chunk], first_extent_[chunk + 1] - first_extent_[chunk]);
}

}  // namespace lanspread::content
