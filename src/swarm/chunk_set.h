#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace lanspread::content {
class Manifest;
}

namespace lanspread::swarm {

/// A set of a package's chunks: one bit for each, and one for each 64 of them, so that a look for what two
/// sets have in common passes over 4,096 chunks at once where there is nothing.
class ChunkSet {
public:
    ChunkSet() = default;  ///< of a package without chunks
    [[nodiscard]] static ChunkSet none_of(std::uint32_t chunks);
    [[nodiscard]] static ChunkSet all_of(std::uint32_t chunks);
    /// Reads what `to_bytes` wrote for a package of as many chunks; nothing where `bytes` cannot be that.
    [[nodiscard]] static std::optional<ChunkSet> from_bytes(ByteSpan bytes, std::uint32_t chunks);

    /// 64-bit words in network byte order; chunk 0 is the lowest bit of the first.
    [[nodiscard]] Bytes to_bytes() const;

    /// How many chunks the package has.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    /// How many of them are in the set.
    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] bool is_full() const { return count_ == size_; }
    [[nodiscard]] bool contains(std::uint32_t chunk) const
    {
        return (words_[chunk / 64] >> (chunk % 64) & 1U) != 0;
    }
    void insert(std::uint32_t chunk);
    void erase(std::uint32_t chunk);

    /// The first chunk at or after `from` that is in both sets, going on at 0 after the last one.
    [[nodiscard]] std::optional<std::uint32_t> next_common(const ChunkSet& other, std::uint32_t from) const;

    bool operator==(const ChunkSet&) const = default;

private:
    /// The first word at or after `from` and before `end` that has a bit in common with that of `other`;
    /// `end` where there is none.
    [[nodiscard]] std::size_t next_common_word(const ChunkSet& other, std::size_t from,
                                               std::size_t end) const;
    /// Counts anew, and notes which words are not 0.
    void look_at_words();

    std::uint32_t size_ = 0;
    std::uint32_t count_ = 0;
    std::vector<std::uint64_t> words_;   // bits past the last chunk are 0
    std::vector<std::uint64_t> filled_;  // a bit for each word that is not 0
};

/// Bytes of the chunks in a set of this package's chunks.
[[nodiscard]] std::uint64_t total_size(const ChunkSet& chunks, const content::Manifest& manifest);

}  // namespace lanspread::swarm
