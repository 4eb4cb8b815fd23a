#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/safe_path.h"
#include "content/manifest.h"
#include "platform/files.h"

namespace lanspread::library {

/// A file of a game root, as a look at the disk shows it.
struct FileStamp {
    SafePath path;
    platform::FileStat stat;

    auto operator<=>(const FileStamp&) const = default;
};

/// What a game root looks like without reading its files (but the sentinel, which is so small that two
/// versions of it may share size and time): two looks with the same fingerprint found the same content.
struct Fingerprint {
    std::string version_ini;       ///< its whole content
    std::vector<FileStamp> files;  ///< in the manifest's canonical order

    bool operator==(const Fingerprint&) const = default;
};

/// The files as a manifest lists them.
[[nodiscard]] std::vector<content::ManifestFile> manifest_files(const Fingerprint& fingerprint);
/// Whether those are the manifest's files.
[[nodiscard]] bool fits(const Fingerprint& fingerprint, const content::Manifest& manifest);
[[nodiscard]] std::vector<platform::FileStat> stats(const Fingerprint& fingerprint);

/// How long a file must not have changed before a look at it, in ns, so that a change after the look leaves
/// other times: file systems stamp with the kernel's tick, up to 10 ms, not with the clock.
inline constexpr std::int64_t settling_ns = 50'000'000;
/// False where a file changed within that before `now_ns` (since the Unix epoch).
[[nodiscard]] bool is_settled(const Fingerprint& fingerprint, std::int64_t now_ns);

/// For state.db. Numbers in network byte order:
/// u8 format (1) · u32 size and bytes of version.ini · u32 number of files · for each: u16 size and bytes of
/// its path, u64 size, u64 mtime_ns, u64 ctime_ns, u64 inode, u8 executable (0 or 1).
[[nodiscard]] Bytes encode(const Fingerprint& fingerprint);
[[nodiscard]] Result<Fingerprint> decode_fingerprint(ByteSpan bytes);

}  // namespace lanspread::library
