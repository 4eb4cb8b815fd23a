#include "content/hash.h"

#include <algorithm>

#include <blake3.h>

namespace lanspread::content {

namespace {

template <class Id>
Id hash(ByteSpan bytes)
{
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    blake3_hasher_update(&hasher, bytes.data(), bytes.size());
    Id id;
    blake3_hasher_finalize(&hasher, reinterpret_cast<std::uint8_t*>(id.bytes.data()), id.bytes.size());
    return id;
}

}  // namespace

ChunkHash hash_chunk(ByteSpan bytes) { return hash<ChunkHash>(bytes); }

ContentId hash_manifest(ByteSpan canonical_bytes) { return hash<ContentId>(canonical_bytes); }

bool is_version(std::string_view text)
{
    return text.size() == 8 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::string> parse_version_ini(std::string_view text)
{
    auto line = text.substr(0, text.find('\n'));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (!is_version(line)) {
        return fail(ErrorCode::invalid_input, "version.ini: its first line is not 8 digits");
    }
    return std::string(line);
}

}  // namespace lanspread::content
