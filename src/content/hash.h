#pragma once

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

namespace lanspread::content {

/// BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs), 32 bytes.
[[nodiscard]] ChunkHash hash_chunk(ByteSpan bytes);
[[nodiscard]] ContentId hash_manifest(ByteSpan canonical_bytes);

/// Whether `text` is a version: 8 digits.
[[nodiscard]] bool is_version(std::string_view text);

/// The version that a `version.ini` names: its first line, 8 digits (a trailing CR and blanks are dropped).
[[nodiscard]] Result<std::string> parse_version_ini(std::string_view text);

}  // namespace lanspread::content
