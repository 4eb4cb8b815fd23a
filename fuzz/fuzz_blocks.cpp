#include "check.h"
#include "content/chunk_ranges.h"
#include "content/hash.h"
#include "swarm/block_parts.h"
#include "swarm/block_sums.h"
#include "swarm/chunk_assembly.h"

using namespace lanspread;

namespace {

/// Two large files and some small ones, of which only names and sizes matter here.
content::Manifest make_manifest()
{
    std::vector<content::ManifestFile> files;
    for (const auto& [name, size] :
         {std::pair<const char*, std::uint64_t>{"a.pak", 3 * content::max_chunk_size + 5},
          {"b.txt", 100},
          {"c.pak", content::max_chunk_size},
          {"version.ini", 9}}) {
        files.push_back({SafePath::parse(name).value(), size, false});
    }
    std::vector<ChunkHash> hashes(content::chunk_count(files));
    return content::Manifest::make(GameId::parse("doom").value(), "20240101", std::move(files),
                                   std::move(hashes))
        .value();
}

void check_parts(const content::Manifest& manifest, const swarm::BlockRuns& runs)
{
    const auto parts = swarm::to_parts(runs, manifest);
    if (!parts) {
        check(parts.error().code == ErrorCode::invalid_input, "a refusal is the question's fault");
        return;
    }
    for (const auto& part : *parts) {
        check(part.chunk < manifest.chunk_count(), "the chunk is one of the content's");
        check(part.size > 0 && part.offset < manifest.chunk_size(part.chunk) &&
                  part.size <= manifest.chunk_size(part.chunk) - part.offset,
              "a part lies inside its chunk");
    }
    for (const auto& part : *parts) {
        const content::ChunkRange range{.offset = part.offset, .size = part.size};
        std::uint64_t size = 0;
        for (const auto& [extent, offset] : content::file_pieces(manifest.extents(part.chunk), {&range, 1})) {
            check(offset == part.offset + size, "pieces of files follow each other");
            const auto file_size = manifest.files()[extent.file].size;
            check(extent.size > 0 && extent.offset < file_size && extent.size <= file_size - extent.offset,
                  "a piece lies inside its file");
            size += extent.size;
        }
        check(size == part.size, "pieces of files make up the part");
    }
    check(swarm::total_size(*parts) <= 64 * content::max_chunk_size, "a question is bounded");
    if (!parts->empty()) {
        // Runs that touch become one, the first time; nothing else changes.
        const auto runs_again = swarm::to_runs(*parts, runs.block);
        const auto again = swarm::to_parts(runs_again, manifest);
        check(again && swarm::total_size(*again) == swarm::total_size(*parts) &&
                  swarm::to_runs(*again, runs.block).runs == runs_again.runs,
              "asked again, it is the same");
    }
}

}  // namespace

/// Whatever a stranger asks for lies inside the content, and is read from inside its files; whatever sums a
/// stranger tells, an assembly stays inside its chunk and its basis, and says what it lacks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto manifest = make_manifest();
    ByteReader reader(input(data, size));
    swarm::BlockRuns runs{.chunk = reader.u32(), .block = 32U << reader.u8() % 10U, .runs = {}};
    const auto basis_size = reader.u16() % 40'000U;
    const auto expected = static_cast<std::int16_t>(reader.u16());
    while (reader.remaining() >= 4 && runs.runs.size() < 4096) {
        runs.runs.push_back(reader.u32());
    }
    runs.runs.resize(runs.runs.size() / 2 * 2);
    check_parts(manifest, runs);

    constexpr std::uint32_t chunk_size = 50'000;  // three large blocks and a little: enough for pairs
    Bytes chunk(chunk_size);
    swarm::ChunkAssembly assembly(0, chunk);
    // Every other one is that of the basis, so that some blocks are found.
    static const Bytes sevens(swarm::large_block, std::byte{7});
    const auto sums_of = [&](std::size_t count, std::uint32_t block) {
        const auto hash = swarm::block_hash(ByteSpan(sevens).first(block));
        const auto found = swarm::told_sum(swarm::block_sum(hash), block);
        auto its = runs.runs;
        its.resize(count);
        for (auto& sum : its) {
            sum = sum % 2 == 0 ? found : sum;
        }
        return its;
    };
    const auto sums = sums_of(swarm::block_count(chunk_size, swarm::large_block), swarm::large_block);
    assembly.match(sums, {.bytes = Bytes(basis_size, std::byte{7}), .expected = expected});
    for (const auto& part : assembly.missing()) {
        check(part.offset < chunk_size && part.size <= chunk_size - part.offset,
              "what is missing is of the chunk");
    }
    const auto count_of = [](const std::vector<swarm::ChunkPart>& parts, std::uint32_t block) {
        return swarm::total_sum_size(parts, block) / swarm::sum_size(block);
    };
    for (const auto& level : swarm::block_levels) {
        assembly.refine(level, sums_of(count_of(assembly.parts_of(level), level.piece), level.piece));
    }
    for (const auto doubt : {&swarm::ChunkAssembly::doubt_rims, &swarm::ChunkAssembly::forget_refinement}) {
        const auto missing = assembly.missing_size();
        check(missing <= chunk_size, "no more is missing than there is");
        assembly.fill(Bytes(missing));
        check(assembly.missing_size() == 0, "what was filled in is not missing");
        (assembly.*doubt)();
    }
    return 0;
}
