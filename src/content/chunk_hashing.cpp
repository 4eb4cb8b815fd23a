#include "content/chunk_hashing.h"

#include <blake3.h>

namespace lanspread::content {

struct ChunkHashing::State {
    blake3_hasher hasher;
};

ChunkHashing::ChunkHashing() : state_(std::make_unique<State>()) { blake3_hasher_init(&state_->hasher); }

ChunkHashing::~ChunkHashing() = default;

void ChunkHashing::add(ByteSpan bytes) { blake3_hasher_update(&state_->hasher, bytes.data(), bytes.size()); }

ChunkHash ChunkHashing::hash() const
{
    ChunkHash hash;
    blake3_hasher_finalize(&state_->hasher, reinterpret_cast<std::uint8_t*>(hash.bytes.data()),
                           hash.bytes.size());
    return hash;
}

}  // namespace lanspread::content
