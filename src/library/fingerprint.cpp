#include "library/fingerprint.h"

#include <algorithm>
#include <cstdlib>

namespace lanspread::library {

namespace {

constexpr std::uint8_t format = 1;
/// Bytes of an encoded file beside its path: what a count must be covered by before anything is allocated for
/// it.
constexpr std::size_t fixed_file_size = 2 + 4 * 8 + 1;

FileStamp read_file(ByteReader& reader, bool& good)
{
    FileStamp file;
    auto path = SafePath::parse(as_text(reader.raw(reader.u16())));
    file.stat.size = reader.u64();
    file.stat.mtime_ns = static_cast<std::int64_t>(reader.u64());
    file.stat.ctime_ns = static_cast<std::int64_t>(reader.u64());
    file.stat.inode = reader.u64();
    const auto executable = reader.u8();
    file.stat.executable = executable == 1;
    good = path && executable <= 1 && !reader.failed();
    if (good) {
        file.path = std::move(*path);
    }
    return file;
}

}  // namespace

std::vector<content::ManifestFile> manifest_files(const Fingerprint& fingerprint)
{
    std::vector<content::ManifestFile> files;
    files.reserve(fingerprint.files.size());
    for (const auto& [path, stat] : fingerprint.files) {
        files.push_back({.path = path, .size = stat.size, .executable = stat.executable});
    }
    return files;
}

bool fits(const Fingerprint& fingerprint, const content::Manifest& manifest)
{
    return std::ranges::equal(fingerprint.files, manifest.files(), [](const auto& here, const auto& there) {
        return here.path == there.path && here.stat.size == there.size &&
               here.stat.executable == there.executable;
    });
}

std::vector<platform::FileStat> stats(const Fingerprint& fingerprint)
{
    std::vector<platform::FileStat> stats;
    stats.reserve(fingerprint.files.size());
    for (const auto& file : fingerprint.files) {
        stats.push_back(file.stat);
    }
    return stats;
}

bool is_settled(const Fingerprint& fingerprint, std::int64_t now_ns)
{
    // A time in the future is that of another clock (a file server's): it tells nothing, and must not wait
    // for ever.
    return std::ranges::none_of(fingerprint.files, [&](const FileStamp& file) {
        return std::llabs(now_ns - file.stat.ctime_ns) < settling_ns;
    });
}

Bytes encode(const Fingerprint& fingerprint)
{
    ByteWriter writer;
    writer.u8(format);
    writer.u32(static_cast<std::uint32_t>(fingerprint.version_ini.size()));
    writer.raw(as_bytes(fingerprint.version_ini));
    writer.u32(static_cast<std::uint32_t>(fingerprint.files.size()));
    for (const auto& [path, stat] : fingerprint.files) {
        writer.u16(static_cast<std::uint16_t>(path.text().size()));
        writer.raw(as_bytes(path.text()));
        writer.u64(stat.size);
        writer.u64(static_cast<std::uint64_t>(stat.mtime_ns));
        writer.u64(static_cast<std::uint64_t>(stat.ctime_ns));
        writer.u64(stat.inode);
        writer.u8(stat.executable ? 1 : 0);
    }
    return writer.take();
}

Result<Fingerprint> decode_fingerprint(ByteSpan bytes)
{
    const auto broken = [] { return fail(ErrorCode::corrupt, "a fingerprint in state.db cannot be read"); };
    ByteReader reader(bytes);
    Fingerprint fingerprint;
    if (reader.u8() != format) {
        return broken();
    }
    fingerprint.version_ini = as_text(reader.raw(reader.u32()));
    const auto count = reader.u32();
    if (reader.failed() || count > reader.remaining() / fixed_file_size) {
        return broken();
    }
    fingerprint.files.reserve(count);
    for (std::uint32_t index = 0; index < count; ++index) {
        bool good = false;
        fingerprint.files.push_back(read_file(reader, good));
        if (!good) {
            return broken();
        }
    }
    if (reader.remaining() != 0) {
        return broken();
    }
    return fingerprint;
}

}  // namespace lanspread::library
