#include "swarm/chunk_set.h"

#include <bit>

#include "content/manifest.h"

namespace lanspread::swarm {

ChunkSet ChunkSet::none_of(std::uint32_t chunks)
{
    ChunkSet set;
    set.size_ = chunks;
    set.words_.resize((std::size_t{chunks} + 63) / 64);
    set.filled_.resize((set.words_.size() + 63) / 64);
    return set;
}

ChunkSet ChunkSet::all_of(std::uint32_t chunks)
{
    auto set = none_of(chunks);
    for (auto& word : set.words_) {
        word = ~std::uint64_t{0};
    }
    if (chunks % 64 != 0) {
        set.words_.back() = (std::uint64_t{1} << (chunks % 64)) - 1;
    }
    set.look_at_words();
    return set;
}

std::optional<ChunkSet> ChunkSet::from_bytes(ByteSpan bytes, std::uint32_t chunks)
{
    auto set = none_of(chunks);
    if (bytes.size() != set.words_.size() * 8) {
        return std::nullopt;
    }
    ByteReader reader(bytes);
    for (auto& word : set.words_) {
        word = reader.u64();
    }
    if (chunks % 64 != 0 && set.words_.back() >> (chunks % 64) != 0) {
        return std::nullopt;
    }
    set.look_at_words();
    return set;
}

void ChunkSet::look_at_words()
{
    count_ = 0;
    for (std::size_t index = 0; index < words_.size(); ++index) {
        count_ += static_cast<std::uint32_t>(std::popcount(words_[index]));
        filled_[index / 64] |= std::uint64_t{words_[index] != 0 ? 1U : 0U} << (index % 64);
    }
}

Bytes ChunkSet::to_bytes() const
{
    ByteWriter writer;
    for (const auto word : words_) {
        writer.u64(word);
    }
    return writer.take();
}

void ChunkSet::insert(std::uint32_t chunk)
{
    const auto index = chunk / 64;
    count_ += contains(chunk) ? 0 : 1;
    words_[index] |= std::uint64_t{1} << (chunk % 64);
    filled_[index / 64] |= std::uint64_t{1} << (index % 64);
}

void ChunkSet::erase(std::uint32_t chunk)
{
    const auto index = chunk / 64;
    count_ -= contains(chunk) ? 1 : 0;
    words_[index] &= ~(std::uint64_t{1} << (chunk % 64));
    if (words_[index] == 0) {
        filled_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
    }
}

std::optional<std::uint32_t> ChunkSet::next_common(const ChunkSet& other, std::uint32_t from) const
{
    if (count_ == 0) {
        return std::nullopt;
    }
    from = from < size_ ? from : 0;
    const auto start = from / 64;
    const auto found = [](std::size_t index, std::uint64_t common) {
        return static_cast<std::uint32_t>(index * 64 + static_cast<std::size_t>(std::countr_zero(common)));
    };
    // Once around: the first word is looked at twice, from its bit `from` on and, last, below it.
    const auto above = ~std::uint64_t{0} << (from % 64);
    if (const auto common = words_[start] & other.words_[start] & above; common != 0) {
        return found(start, common);
    }
    const auto words = words_.size();
    auto index = next_common_word(other, start + 1, words);
    if (index == words) {
        index = next_common_word(other, 0, start + 1);
        if (index == start + 1) {
            return std::nullopt;
        }
    }
    return found(index, words_[index] & other.words_[index]);
}

std::size_t ChunkSet::next_common_word(const ChunkSet& other, std::size_t from, std::size_t end) const
{
    auto above = ~std::uint64_t{0} << (from % 64);
    for (auto group = from / 64; group * 64 < end; ++group) {
        for (auto both = filled_[group] & other.filled_[group] & above; both != 0; both &= both - 1) {
            const auto index = group * 64 + static_cast<std::size_t>(std::countr_zero(both));
            if (index >= end) {
                return end;
            }
            if ((words_[index] & other.words_[index]) != 0) {
                return index;
            }
        }
        above = ~std::uint64_t{0};
    }
    return end;
}

std::uint64_t total_size(const ChunkSet& chunks, const content::Manifest& manifest)
{
    std::uint64_t size = 0;
    for (std::uint32_t chunk = 0; chunk < chunks.size(); ++chunk) {
        size += chunks.contains(chunk) ? manifest.chunk_size(chunk) : 0;
    }
    return size;
}

}  // namespace lanspread::swarm
