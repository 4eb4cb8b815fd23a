#include "swarm/manifest_update.h"

#include <algorithm>
#include <array>

#include "async/offload.h"
#include "swarm/manifest_assembly.h"
#include "swarm/manifest_parts.h"
#include "wire/manifest_parts.h"

namespace lanspread::swarm {

namespace {

using content::ManifestRange;
using SharedAssembly = std::shared_ptr<ManifestAssembly>;

/// Items of a group, in turn: what is left over by one is cut into the next. A mark has 8 bytes and a file's
/// record some 30: of 20,000 files these tell one that changed from the others for 1,100 bytes on average,
/// and 400 that changed for 170 each.
constexpr std::array<std::uint32_t, 3> steps{256, 8, 1};
/// So little is fetched rather than cut again: questions and their packets weigh as much.
constexpr std::uint32_t little = 2048;
/// A manifest up to this size is fetched whole, for the same reason.
constexpr std::uint32_t short_manifest = 16 * 1024;
constexpr std::uint32_t mark_size = 8;

/// As much of `ranges` as one question may name, `max_size` bytes at most; one range at least.
std::span<const ManifestRange> one_question(std::span<const ManifestRange> ranges, std::uint32_t max_size)
{
    std::size_t count = 0;
    std::uint32_t size = 0;
    while (count < ranges.size() && count < wire::max_manifest_runs / 2 &&
           (count == 0 || size + ranges[count].size <= max_size)) {
        size += ranges[count++].size;
    }
    return ranges.first(count);
}

/// The peer that is asked, and for what.
struct Source {
    Network& network;
    PeerId peer;
    ContentId content;
    TimePoint deadline;
};

/// The marks of what `ranges` hold (none: of the whole manifest).
Task<Result<Bytes>> fetch_marks(Source source, std::vector<ManifestRange> ranges, std::uint32_t items)
{
    // The marks of that much fit into one answer: a file's record has 12 bytes at least.
    const auto max_size = wire::max_manifest_answer * std::min(items, 8U);
    Bytes marks;
    std::span<const ManifestRange> rest(ranges);
    do {
        const auto asked = one_question(rest, max_size);
        rest = rest.subspan(asked.size());
        const auto some = co_await source.network.fetch_manifest_sums(source.peer, source.content, items,
                                                                      to_runs(asked), source.deadline);
        if (!some) {
            co_return fail(some.error());
        }
        // No item has fewer bytes than a mark, but the count of chunks, which there is once.
        if (!asked.empty() && some->size() > total_size(asked) + mark_size) {
            co_return fail(ErrorCode::corrupt, "more sums than there can be");
        }
        marks.insert(marks.end(), some->begin(), some->end());
    } while (!rest.empty());
    co_return marks;
}

Task<Result<Bytes>> fetch_ranges(Source source, std::vector<ManifestRange> ranges)
{
    Bytes bytes;
    std::span<const ManifestRange> rest(ranges);
    while (!rest.empty()) {
        const auto asked = one_question(rest, wire::max_manifest_answer);
        rest = rest.subspan(asked.size());
        const auto some = co_await source.network.fetch_manifest_ranges(
            source.peer, source.content, to_runs(asked), total_size(asked), source.deadline);
        if (!some) {
            co_return fail(some.error());
        }
        bytes.insert(bytes.end(), some->begin(), some->end());
    }
    co_return bytes;
}

}  // namespace

Task<Result<Bytes>> update_manifest(const DownloadEnvironment& environment,
                                    std::shared_ptr<const content::Manifest> old, PeerId peer,
                                    ContentId content, TimePoint deadline)
{
    const Source source{
        .network = environment.network, .peer = peer, .content = content, .deadline = deadline};
    const auto assembly =
        co_await offload(environment.disk_pool, [&old] { return std::make_shared<ManifestAssembly>(*old); });
    if (assembly->old_size() < short_manifest) {
        co_return fail(ErrorCode::not_found, "the old manifest is short");
    }
    for (const auto items : steps) {
        if (items != steps.front() && assembly->missing_size() <= little) {
            break;
        }
        if (items == 1 && assembly->missing_size() > assembly->size() / 4 * 3) {
            co_return fail(ErrorCode::not_found, "the old manifest has little of it");
        }
        const auto marks = co_await fetch_marks(source, assembly->missing(), items);
        if (!marks) {
            co_return fail(marks.error());
        }
        const auto matched = co_await offload(
            environment.disk_pool, [&assembly, &marks, items] { return assembly->match(*marks, items); });
        if (!matched) {
            co_return fail(matched.error());
        }
    }
    const auto bytes = co_await fetch_ranges(source, assembly->missing());
    if (!bytes) {
        co_return fail(bytes.error());
    }
    co_return co_await offload(environment.disk_pool,
                               [&assembly, &bytes, &content] { return assembly->fill(*bytes, content); });
}

}  // namespace lanspread::swarm
