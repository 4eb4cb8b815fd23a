#include "swarm/manifest_parts.h"

#include "wire/manifest_parts.h"

namespace lanspread::swarm {

using content::ManifestRange;

namespace {

const Error too_long{ErrorCode::invalid_input, "too much for one answer"};

}  // namespace

std::vector<std::uint32_t> to_runs(std::span<const ManifestRange> ranges)
{
    std::vector<std::uint32_t> runs;
    std::uint32_t end = 0;  // of the last range
    for (const auto& range : ranges) {
        runs.push_back(range.offset - end);
        runs.push_back(range.size);
        end = range.offset + range.size;
    }
    return runs;
}

Result<std::vector<ManifestRange>> to_ranges(std::span<const std::uint32_t> runs, std::uint32_t size)
{
    std::vector<ManifestRange> ranges;
    std::uint32_t end = 0;
    for (std::size_t index = 0; index + 1 < runs.size(); index += 2) {
        const auto left = size - end;
        const auto passed = runs[index];
        const auto meant = runs[index + 1];
        if (passed > left || meant > left - passed) {
            return fail(ErrorCode::invalid_input, "the question names bytes that there are not");
        }
        ranges.push_back({.offset = end + passed, .size = meant});
        end += passed + meant;
    }
    return ranges;
}

std::uint32_t total_size(std::span<const ManifestRange> ranges)
{
    std::uint32_t size = 0;
    for (const auto& range : ranges) {
        size += range.size;
    }
    return size;
}

Result<Bytes> manifest_sums(const content::ManifestGroups& groups, std::uint32_t items,
                            std::span<const std::uint32_t> runs)
{
    auto ranges = to_ranges(runs, groups.size());
    if (!ranges) {
        return fail(ranges.error());
    }
    if (runs.empty()) {
        ranges->push_back(groups.whole());
    }
    ByteWriter writer;
    for (const auto& range : *ranges) {
        for (const auto& group : groups.cut(range, items)) {
            writer.u64(group.mark);
        }
        if (writer.bytes().size() > wire::max_manifest_answer) {
            return fail(too_long);
        }
    }
    return writer.take();
}

Result<Bytes> manifest_ranges(const content::ManifestGroups& groups, std::span<const std::uint32_t> runs)
{
    const auto ranges = to_ranges(runs, groups.size());
    if (!ranges) {
        return fail(ranges.error());
    }
    if (total_size(*ranges) > wire::max_manifest_answer) {
        return fail(too_long);
    }
    Bytes bytes;
    for (const auto& range : *ranges) {
        const auto its = ByteSpan(groups.bytes()).subspan(range.offset, range.size);
        bytes.insert(bytes.end(), its.begin(), its.end());
    }
    return bytes;
}

}  // namespace lanspread::swarm
