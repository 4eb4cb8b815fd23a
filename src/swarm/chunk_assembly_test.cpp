#include "swarm/chunk_assembly.h"

#include <gtest/gtest.h>

#include "library/testing.h"
#include "swarm/block_sums.h"

namespace lanspread::swarm {
namespace {

constexpr std::size_t mib = 1024 * 1024;

Basis basis_of(std::string_view text, std::int64_t expected = 0, std::int64_t shift = 0)
{
    const auto bytes = as_bytes(text);
    return {.bytes = Bytes(bytes.begin(), bytes.end()), .expected = expected, .shift = shift};
}

/// Puts `wanted` together, as a download does with a source that has it.
class Patch {
public:
    explicit Patch(std::string wanted) : wanted_(std::move(wanted)), chunk_(wanted_.size()) {}

    void match(const Basis& basis) { assembly_.match(sums(assembly_.missing(), large_block), basis); }
    void match_whole(const Basis& basis)
    {
        assembly_.match(sums({{.chunk = 0, .offset = 0, .size = assembly_.size()}}, large_block), basis);
    }
    void refine()
    {
        for (const auto& level : block_levels) {
            assembly_.refine(level, sums(assembly_.parts_of(level), level.piece));
        }
    }
    void fill()
    {
        Bytes bytes;
        for (const auto& part : assembly_.missing()) {
            const auto its = as_bytes(wanted_).subspan(part.offset, part.size);
            bytes.insert(bytes.end(), its.begin(), its.end());
        }
        assembly_.fill(bytes);
    }
    [[nodiscard]] bool is_right() const { return as_text(assembly_.bytes()) == wanted_; }

    ChunkAssembly& assembly() { return assembly_; }
    std::size_t bytes_of_sums = 0;

private:
    std::vector<std::uint32_t> sums(const std::vector<ChunkPart>& parts, std::uint32_t block)
    {
        Bytes all;
        for (const auto& part : parts) {
            append_sums(all, as_bytes(wanted_).subspan(part.offset, part.size), block);
        }
        bytes_of_sums += all.size();
        return read_sums(all, block);
    }

    std::string wanted_;
    Bytes chunk_;
    ChunkAssembly assembly_{0, chunk_};
};

/// `text` with other bytes at `offset`.
std::string with_change(std::string text, std::size_t offset, std::size_t size, unsigned seed = 77)
{
    return text.replace(offset, size, library::pattern(size, seed));
}

TEST(ChunkAssembly, fetches_little_more_than_what_differs_wherever_it_begins)
{
    const auto old = library::pattern(mib, 1);
    for (const std::size_t offset : {0UL, 1UL, 5000UL, 16'384UL, 300'001UL, mib - 4096}) {
        Patch patch(with_change(old, offset, 4096));
        patch.match(basis_of(old));
        patch.refine();
        EXPECT_LE(patch.assembly().missing_size(), 4096U + 2 * finest_block) << offset;
        EXPECT_LE(patch.bytes_of_sums, 64U * 3 + 2 * 8 * 2 + 2 * 8 * 2 + 2 * 8) << offset;
        patch.fill();
        EXPECT_TRUE(patch.is_right()) << offset;
    }
}

TEST(ChunkAssembly, finds_what_lies_between_two_changes)
{
    const auto old = library::pattern(mib, 1);
    Patch patch(with_change(with_change(old, 20'000, 100), 29'000, 100));
    patch.match(basis_of(old));
    patch.refine();
    EXPECT_LE(patch.assembly().missing_size(), 2 * (100U + 2 * finest_block));
    patch.fill();
    EXPECT_TRUE(patch.is_right());
}

TEST(ChunkAssembly, finds_what_was_moved_by_an_insertion_in_the_middle)
{
    const auto old = library::pattern(mib, 1);
    auto wanted = old;
    wanted.insert(400'000, library::pattern(777, 5));
    wanted.resize(mib);
    Patch patch(wanted);
    patch.match(basis_of(old));
    EXPECT_EQ(patch.assembly().shift(), -777);
    patch.refine();
    EXPECT_LE(patch.assembly().missing_size(), 777U + 2 * finest_block);
    patch.fill();
    EXPECT_TRUE(patch.is_right());
}

TEST(ChunkAssembly, finds_what_was_moved_by_a_deletion)
{
    const auto old = library::pattern(mib + 5000, 1);
    auto wanted = old;
    wanted.erase(400'000, 5000);
    Patch patch(wanted);
    patch.match(basis_of(old));
    EXPECT_EQ(patch.assembly().shift(), 5000);
    patch.refine();
    EXPECT_LE(patch.assembly().missing_size(), 64U);
    patch.fill();
    EXPECT_TRUE(patch.is_right());
}

TEST(ChunkAssembly, goes_on_with_another_basis_for_what_the_first_one_lacks)
{
    const auto wanted = library::pattern(mib, 1);
    Patch patch(wanted);
    patch.match_whole(basis_of(library::pattern(mib, 9)));
    EXPECT_EQ(patch.assembly().missing_size(), mib);
    patch.match_whole(basis_of(wanted.substr(0, mib / 2)));
    EXPECT_EQ(patch.assembly().missing_size(), mib / 2);
    patch.match_whole(basis_of("x" + wanted, 1, 1));
    EXPECT_EQ(patch.assembly().missing_size(), 0U);
    EXPECT_TRUE(patch.is_right());
}

TEST(ChunkAssembly, takes_bases_that_are_empty_or_elsewhere)
{
    const auto wanted = library::pattern(100'000, 1);
    for (const auto& basis : {basis_of(""), basis_of("short", -3), basis_of(wanted, -1'000'000),
                              basis_of(wanted, 1'000'000), basis_of(library::pattern(5'000, 2), 2'500)}) {
        Patch patch(wanted);
        patch.match(basis);
        patch.refine();
        patch.fill();
        EXPECT_TRUE(patch.is_right());
    }
}

TEST(ChunkAssembly, takes_a_pattern_that_fits_in_many_places)
{
    const std::string old(mib, '\0');
    auto wanted = with_change(old, 500'000, 30'000);
    Patch patch(wanted);
    patch.match(basis_of(old));
    patch.refine();
    EXPECT_LE(patch.assembly().missing_size(), 30'000U + 2 * finest_block);
    patch.fill();
    EXPECT_TRUE(patch.is_right());
}

/// `text` with its finest block at `offset` replaced by another one that has the same short sum.
std::string with_collision(std::string text, std::size_t offset)
{
    const auto sum_of = [&] {
        return told_sum(block_sum(block_hash(as_bytes(text).subspan(offset, finest_block))), finest_block);
    };
    const auto sum = sum_of();
    for (unsigned seed = 1000;; ++seed) {
        text = with_change(std::move(text), offset, finest_block, seed);
        if (sum_of() == sum) {
            return text;
        }
    }
}

TEST(ChunkAssembly, mends_what_a_short_sum_said_by_chance_with_what_lies_around)
{
    const auto old = library::pattern(mib, 1);
    constexpr std::size_t begin = 96'032;
    Patch patch(with_change(with_collision(old, begin), begin + finest_block, 4096 - finest_block));
    patch.match(basis_of(old));
    patch.refine();
    EXPECT_EQ(patch.assembly().missing_size(), 4096 - finest_block);
    patch.fill();
    EXPECT_FALSE(patch.is_right());
    patch.assembly().doubt_rims();
    EXPECT_EQ(patch.assembly().missing_size(), 2 * finest_block);
    patch.fill();
    EXPECT_TRUE(patch.is_right());
}

TEST(ChunkAssembly, believes_no_short_sums_that_say_that_nothing_changed_in_a_block_that_did)
{
    const auto old = library::pattern(mib, 1);
    Patch patch(with_collision(old, 96'032));
    patch.match(basis_of(old));
    patch.refine();
    EXPECT_EQ(patch.assembly().missing_size(), edge_block);
    patch.fill();
    EXPECT_TRUE(patch.is_right());
}

TEST(ChunkAssembly, forgets_what_small_sums_said)
{
    const auto old = library::pattern(mib, 1);
    Patch patch(with_change(old, 100'000, 4096));
    patch.match(basis_of(old));
    const auto coarse = patch.assembly().missing_size();
    patch.refine();
    EXPECT_LT(patch.assembly().missing_size(), coarse);
    patch.assembly().forget_refinement();
    EXPECT_EQ(patch.assembly().missing_size(), coarse);
    patch.fill();
    EXPECT_TRUE(patch.is_right());
}

}  // namespace
}  // namespace lanspread::swarm
