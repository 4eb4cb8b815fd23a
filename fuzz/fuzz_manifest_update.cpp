#include "check.h"
#include "content/hash.h"
#include "swarm/manifest_assembly.h"
#include "swarm/manifest_parts.h"

#include <fmt/format.h>

using namespace lanspread;

namespace {

/// A hundred files, of which only names and sizes matter here.
content::Manifest make_manifest()
{
    std::vector<content::ManifestFile> files{{SafePath::parse("version.ini").value(), 9, false}};
    for (int number = 0; number < 100; ++number) {
        files.push_back({SafePath::parse(fmt::format("dir/{}", number)).value(), 100'000, false});
    }
    const auto sorted = content::canonical_files(std::move(files)).value();
    std::vector<ChunkHash> hashes(content::chunk_count(sorted));
    return content::Manifest::make(GameId::parse("doom").value(), "20240101", sorted, std::move(hashes))
        .value();
}

/// What a stranger asks for lies inside the manifest.
void check_question(const content::Manifest& manifest, ByteSpan input)
{
    ByteReader reader(input);
    const auto items = 1U << reader.u8() % 13U;
    std::vector<std::uint32_t> runs;
    while (reader.remaining() >= 3 && runs.size() < 64) {
        const auto high = reader.u8();
        runs.push_back(std::uint32_t{high} << (high > 3 ? 24U : 16U) | reader.u16());
    }
    runs.resize(runs.size() / 2 * 2);
    const content::ManifestGroups groups(manifest);
    const auto size = groups.size();
    const auto ranges = swarm::to_ranges(runs, size);
    const auto bytes = swarm::manifest_ranges(groups, runs);
    const auto sums = swarm::manifest_sums(groups, items, runs);
    if (!ranges) {
        check(!bytes && !sums, "what there is not is not answered");
        return;
    }
    const auto total = swarm::total_size(*ranges);
    check(total <= size, "what is meant is no more than there is");
    check(bytes && bytes->size() == total, "the answer has the bytes that are meant");
    check(sums.has_value(), "there are sums of them");
    std::uint64_t told = 0;
    for (ByteReader marks(*sums); marks.remaining() > 0;) {
        told += content::size_in_mark(marks.u64());
    }
    check(told == (runs.empty() ? size : total), "the groups are all that is meant");
}

}  // namespace

/// Whatever sums a stranger tells, what is put together is no longer than a manifest may be, and is given
/// away only with the right hash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto manifest = make_manifest();
    const auto all = input(data, size);
    check_question(manifest, all);

    ByteReader reader(all);
    swarm::ManifestAssembly assembly(manifest);
    for (const auto items : {256U, 8U, 1U}) {
        const auto marks = reader.raw(std::min<std::size_t>(reader.u16(), reader.remaining()));
        if (!assembly.match(marks, items)) {
            return 0;
        }
        check(assembly.size() <= content::max_manifest_size, "no manifest is so long");
        std::uint64_t end = 0;
        for (const auto& range : assembly.missing()) {
            check(range.size > 0 && range.offset >= end && range.size <= assembly.size() - range.offset,
                  "what is missing is of the manifest, in order");
            end = range.offset + range.size;
        }
        check(assembly.missing_size() == swarm::total_size(assembly.missing()), "so much is missing");
    }
    const auto rest = reader.raw(reader.remaining());
    if (const auto bytes = assembly.fill(rest, manifest.content_id())) {
        check(content::hash_manifest(*bytes) == manifest.content_id(), "it is the manifest that was wanted");
        check(bytes->size() == assembly.size(), "and as long as its sums said");
    }
    return 0;
}
