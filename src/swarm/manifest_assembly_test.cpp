#include "swarm/manifest_assembly.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "content/hash.h"
#include "swarm/manifest_parts.h"

namespace lanspread::swarm {

namespace {

using content::Manifest;
using content::ManifestFile;

std::vector<ManifestFile> many_files()
{
    std::vector<ManifestFile> files;
    for (int number = 0; number < 2000; ++number) {
        files.push_back({.path = SafePath::parse(fmt::format("dir{:02}/{}.dat", number % 20, number)).value(),
                         .size = 1000,
                         .executable = false});
    }
    files.push_back({.path = SafePath::parse("version.ini").value(), .size = 9, .executable = false});
    return files;
}

Manifest manifest_of(std::string version, std::vector<ManifestFile> files)
{
    const auto sorted = content::canonical_files(std::move(files)).value();
    std::vector<ChunkHash> hashes;
    for (std::uint32_t chunk = 0; chunk < content::chunk_count(sorted); ++chunk) {
        hashes.push_back(content::hash_chunk(as_bytes(fmt::format("{} {}", version, chunk))));
    }
    return Manifest::make(GameId::parse("doom").value(), std::move(version), sorted, std::move(hashes))
        .value();
}

Manifest old_manifest() { return manifest_of("20240101", many_files()); }

/// Of the old one's files every 500th has another size, one is new and one is gone.
Manifest new_manifest()
{
    auto files = many_files();
    for (std::size_t number = 0; number < files.size(); number += 500) {
        files[number].size += 7;
    }
    files.erase(files.begin() + 1234);
    files.push_back({.path = SafePath::parse("a new one.dat").value(), .size = 5000, .executable = false});
    return manifest_of("20240202", std::move(files));
}

Bytes marks_of(const Manifest& manifest, const ManifestAssembly& assembly, std::uint32_t items)
{
    return manifest_sums(content::ManifestGroups(manifest), items, to_runs(assembly.missing())).value();
}

Bytes mark(std::uint64_t number)
{
    ByteWriter writer;
    writer.u64(number);
    return writer.take();
}

constexpr std::uint64_t mark_of_size(std::uint64_t size) { return size << 48U | 4711U; }

}  // namespace

TEST(ManifestAssembly, needs_only_what_differs)
{
    const auto wanted = new_manifest();
    ManifestAssembly assembly(old_manifest());
    std::size_t fetched = 0;
    for (const auto items : {256U, 8U, 1U}) {
        const auto marks = marks_of(wanted, assembly, items);
        fetched += marks.size();
        EXPECT_TRUE(items == 256 || marks.size() <= assembly.missing_size() + 8);
        ASSERT_TRUE(assembly.match(marks, items));
    }
    EXPECT_EQ(assembly.size(), wanted.canonical_bytes().size());
    // The head, five files with other sizes, a new one and two hashes.
    EXPECT_LE(assembly.missing_size(), 22U + 5 * 25 + 24 + 2 * 32);
    const auto bytes = manifest_ranges(content::ManifestGroups(wanted), to_runs(assembly.missing())).value();
    EXPECT_LE(fetched + bytes.size(), assembly.size() / 20);
    EXPECT_EQ(assembly.fill(bytes, wanted.content_id()).value(), wanted.canonical_bytes());
}

TEST(ManifestAssembly, of_the_manifest_that_is_here_needs_nothing)
{
    const auto wanted = old_manifest();
    ManifestAssembly assembly(wanted);
    ASSERT_TRUE(assembly.match(marks_of(wanted, assembly, 256), 256));
    EXPECT_TRUE(assembly.missing().empty());
    EXPECT_TRUE(assembly.fill({}, wanted.content_id()));
}

TEST(ManifestAssembly, of_one_that_has_nothing_in_common_needs_all_in_parts_that_can_be_asked_for)
{
    std::vector<ManifestFile> files = many_files();
    for (int number = 0; number < 20'000; ++number) {
        files.push_back({.path = SafePath::parse(fmt::format("{}/{}", std::string(100, 'x'), number)).value(),
                         .size = 1,
                         .executable = false});
    }
    const auto wanted = manifest_of("20240202", std::move(files));
    ManifestAssembly assembly(manifest_of("20240101", {many_files().back()}));
    ASSERT_TRUE(assembly.match(marks_of(wanted, assembly, 256), 256));
    EXPECT_EQ(assembly.missing_size(), assembly.size());
    Bytes bytes;
    for (const auto& range : assembly.missing()) {
        const auto part = manifest_ranges(content::ManifestGroups(wanted), to_runs({{range}})).value();
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    EXPECT_TRUE(assembly.fill(bytes, wanted.content_id()));
}

TEST(ManifestAssembly, refuses_marks_that_cannot_be)
{
    const auto refuses = [](const Bytes& marks) {
        return !ManifestAssembly(old_manifest()).match(marks, 256);
    };
    EXPECT_TRUE(refuses({}));
    EXPECT_TRUE(refuses(mark(mark_of_size(0))));
    EXPECT_TRUE(refuses(Bytes(9, std::byte{1})));
    // A manifest of 64 MiB and some bytes.
    EXPECT_TRUE(refuses(Bytes(1025 * 8, std::byte{0xff})));
}

TEST(ManifestAssembly, refuses_marks_of_more_or_less_than_is_missing)
{
    for (const std::uint64_t size : {99U, 101U}) {
        ManifestAssembly assembly(old_manifest());
        ASSERT_TRUE(assembly.match(mark(mark_of_size(100)), 256));
        EXPECT_FALSE(assembly.match(mark(mark_of_size(size)), 8)) << size;
    }
    ManifestAssembly assembly(old_manifest());
    ASSERT_TRUE(assembly.match(mark(mark_of_size(100)), 256));
    auto marks = mark(mark_of_size(100));
    const auto more = mark(mark_of_size(1));
    marks.insert(marks.end(), more.begin(), more.end());
    EXPECT_FALSE(assembly.match(marks, 8));
}

TEST(ManifestAssembly, gives_no_bytes_but_those_of_the_content)
{
    const auto wanted = new_manifest();
    ManifestAssembly assembly(old_manifest());
    ASSERT_TRUE(assembly.match(marks_of(wanted, assembly, 256), 256));
    auto bytes = manifest_ranges(content::ManifestGroups(wanted), to_runs(assembly.missing())).value();
    EXPECT_TRUE(assembly.fill(bytes, wanted.content_id()));
    bytes.back() ^= std::byte{1};
    EXPECT_EQ(assembly.fill(bytes, wanted.content_id()).error().code, ErrorCode::corrupt);
    bytes.pop_back();
    EXPECT_EQ(assembly.fill(bytes, wanted.content_id()).error().code, ErrorCode::corrupt);
}

}  // namespace lanspread::swarm
