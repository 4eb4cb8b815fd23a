#pragma once

#include "base/bytes.h"
#include "base/digest.h"

#include <memory>

namespace lanspread::content {

/// The hash of a chunk that comes in pieces: as hash_chunk of all of them.
class ChunkHashing {
public:
    ChunkHashing();
    ~ChunkHashing();
    ChunkHashing(const ChunkHashing&) = delete;
    ChunkHashing& operator=(const ChunkHashing&) = delete;

    void add(ByteSpan bytes);
    /// Of all that was added.
    [[nodiscard]] ChunkHash hash() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace lanspread::content
