#include <algorithm>

#include "async/offload.h"
#include "base/log.h"
#include "swarm/block_sums.h"
#include "swarm/patch_region.h"
#include "wire/blocks.h"

/// Chunks that are put together out of the old version and of what differs: the part of Reuse that asks
/// sources for sums and ranges. The idea is zsync's (Colin Phipps, 2004): the one who fetches does the work.
namespace lanspread::swarm {

namespace {

/// Chunks of one region: what is asked at once, so that the questions weigh little beside the answers.
constexpr std::size_t max_region_chunks = 32;
/// For a source to read and sum a region, or to send a megabyte, over a slow link and behind others.
constexpr std::chrono::seconds patience{20};
constexpr std::chrono::milliseconds no_source_pause{250};
/// Before a chunk is fetched whole.
constexpr unsigned max_failures = 3;
/// After so many wrong chunks, or questions without an answer, a source is not asked for sums any more.
constexpr unsigned max_wrong = 3;

}  // namespace

Task<void> Reuse::patch_chunks()
{
    while (copying_ > 0 || !patches_.empty()) {
        if (patches_.empty()) {
            co_await more_to_patch_.wait();
        } else if (!host_.may_work()) {
            co_await host_.changed().wait();
        } else if (auto region = next_region(); !region) {
            co_await host_.changed().wait_until(Clock::now() + no_source_pause);
        } else {
            ++patching_;
            const auto patched = co_await patch(region);
            --patching_;
            if (!patched) {
                log::debug("swarm", "patching {}: {}", manifest_->game().text(), patched.error().message);
                ++wrong_[region->source];
                if (patched.error().code == ErrorCode::timed_out) {
                    host_.stalled(region->source);
                }
                give_back(*region);
                co_await sleep_for(no_source_pause);
            }
        }
    }
}

/// The next chunks, and somebody who has them; null where nobody has the first one now.
std::shared_ptr<Reuse::Region> Reuse::next_region()
{
    auto first = patches_.lower_bound(cursor_);
    if (first == patches_.end()) {
        first = patches_.begin();
    }
    auto sources = host_.sources_of(*first);
    const bool is_somebody_here = !sources.empty();
    std::erase_if(sources, [this](const PeerId& peer) { return wrong_[peer] >= max_wrong; });
    if (sources.empty()) {
        cursor_ = *first + 1;  // of another chunk somebody may be here
        if (is_somebody_here) {
            host_.fetch_whole(*first);
            patches_.erase(first);
        }
        return nullptr;
    }
    auto region = std::make_shared<Region>();
    region->source = sources[random_() % sources.size()];
    const auto end = *first + wire::max_block_chunks;
    for (auto next = first;
         next != patches_.end() && *next < end && region->chunks.size() < max_region_chunks;) {
        if (!host_.source_has(region->source, *next)) {
            ++next;
            continue;
        }
        auto buffer = buffers_.take();
        const auto size = manifest_->chunk_size(*next);
        ChunkAssembly assembly(*next, buffer->span().first(size));
        region->chunks.push_back({std::move(buffer), std::move(assembly), {}, {}});
        cursor_ = *next + 1;
        next = patches_.erase(next);
    }
    return region;
}

Task<Result<void>> Reuse::patch(std::shared_ptr<Region> region)
{
    // At first everything is missing, in blocks as they are.
    auto sums = co_await fetch_sums(region, {.block = large_block, .piece = large_block});
    if (!sums) {
        co_return fail(sums.error());
    }
    for (std::size_t index = 0; index < region->chunks.size(); ++index) {
        region->chunks[index].sums = std::move((*sums)[index]);
    }
    co_await match(region);
    drop_hopeless(*region);
    for (const auto& level : block_levels) {
        sums = co_await fetch_sums(region, level);
        if (!sums) {
            co_return fail(sums.error());
        }
        (void)co_await offload(environment_.disk_pool, [region, level, of_chunks = std::move(*sums)] {
            for (std::size_t index = 0; index < of_chunks.size(); ++index) {
                region->chunks[index].assembly.refine(level, of_chunks[index]);
            }
            return true;
        });
    }
    const auto fetched = co_await fetch_missing(region);
    co_return fetched ? co_await finish(region) : fetched;
}

/// The sums that each chunk needs for the level, asked for in as many questions as it takes.
Task<Result<std::vector<Reuse::Sums>>> Reuse::fetch_sums(std::shared_ptr<Region> region, BlockLevel level)
{
    std::vector<ChunkPart> parts;
    std::vector<std::size_t> counts;  // of the sums of each chunk
    for (const auto& chunk : region->chunks) {
        const auto its = chunk.assembly.parts_of(level);
        parts.insert(parts.end(), its.begin(), its.end());
        counts.push_back(total_sum_size(its, level.piece) / sum_size(level.piece));
    }
    Sums all;
    for (std::size_t at = 0; at < parts.size();) {
        const auto count = std::min(parts.size() - at, wire::max_block_runs / 2);
        const auto asked = std::span<const ChunkPart>(parts).subspan(at, count);
        const auto size = static_cast<std::uint32_t>(total_sum_size(asked, level.piece));
        const auto bytes = co_await environment_.network.fetch_sums(region->source, manifest_->content_id(),
                                                                    to_runs(asked, level.block), level.piece,
                                                                    size, Clock::now() + patience);
        if (!bytes) {
            co_return fail(bytes.error());
        }
        const auto numbers = read_sums(*bytes, level.piece);
        all.insert(all.end(), numbers.begin(), numbers.end());
        at += count;
    }
    std::vector<Sums> by_chunk;
    auto rest = std::span<const std::uint32_t>(all);
    for (const auto count : counts) {
        by_chunk.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
        rest = rest.subspan(count);
    }
    co_return by_chunk;
}

/// Fetches what is missing of all chunks, in as many questions as it takes.
Task<Result<void>> Reuse::fetch_missing(std::shared_ptr<Region> region)
{
    std::vector<ChunkPart> parts;
    for (const auto& chunk : region->chunks) {
        const auto its = chunk.assembly.missing();
        parts.insert(parts.end(), its.begin(), its.end());
    }
    Bytes bytes;
    for (std::size_t at = 0; at < parts.size();) {
        std::size_t count = 0;
        std::uint32_t size = 0;
        while (at + count < parts.size() && count < wire::max_block_runs / 2 &&
               size + parts[at + count].size <= wire::max_block_answer) {
            size += parts[at + count++].size;
        }
        const auto asked = std::span<const ChunkPart>(parts).subspan(at, count);
        co_await allowance_.rate.take(size);
        const auto fetched = co_await environment_.network.fetch_ranges(
            region->source, manifest_->content_id(), to_runs(asked, finest_block), size,
            Clock::now() + patience);
        if (!fetched) {
            co_return fail(fetched.error());
        }
        bytes.insert(bytes.end(), fetched->begin(), fetched->end());
        at += count;
    }
    auto rest = ByteSpan(bytes);
    for (auto& chunk : region->chunks) {
        const auto size = chunk.assembly.missing_size();
        chunk.assembly.fill(rest.first(size));
        chunk.fetched += size;
        rest = rest.subspan(size);
    }
    co_return Result<void>();
}

/// Compares what came out with the hashes, and writes what is right. What is not is tried again without the
/// shortest sums, then without all but the first, and then fetched whole.
Task<Result<void>> Reuse::finish(std::shared_ptr<Region> region)
{
    using Doubt = void (ChunkAssembly::*)();
    for (const Doubt doubt :
         {Doubt{&ChunkAssembly::doubt_rims}, Doubt{&ChunkAssembly::forget_refinement}, Doubt{nullptr}}) {
        std::vector<RegionChunk> wrong;
        while (!region->chunks.empty()) {
            auto chunk = std::move(region->chunks.back());
            region->chunks.pop_back();
            const auto number = chunk.assembly.number();
            const auto size = chunk.assembly.size();
            const auto written = co_await offload(
                environment_.disk_pool, [store = store_, number, size, buffer = chunk.buffer] {
                    return store->verify_and_write(number, std::as_const(*buffer).span().first(size));
                });
            if (written) {
                // It told the truth here: what came out wrong before, or late, may have been chance.
                wrong_[region->source] -= std::min(wrong_[region->source], 1U);
                host_.found(number, size - std::min(size, chunk.fetched), chunk.fetched, region->source);
            } else if (written.error().code == ErrorCode::corrupt && doubt != nullptr) {
                (chunk.assembly.*doubt)();
                wrong.push_back(std::move(chunk));
            } else if (written.error().code == ErrorCode::corrupt) {
                ++wrong_[region->source];
                host_.fetch_whole(number);
            } else {
                patches_.insert(number);
                host_.not_written(written.error());
            }
        }
        std::ranges::reverse(wrong);
        region->chunks = std::move(wrong);
        if (region->chunks.empty()) {
            break;
        }
        if (const auto fetched = co_await fetch_missing(region); !fetched) {
            co_return fetched;
        }
    }
    co_return Result<void>();
}

/// The region's chunks are tried again with somebody else, and at last fetched whole.
void Reuse::give_back(Region& region)
{
    for (const auto& chunk : region.chunks) {
        const auto number = chunk.assembly.number();
        if (++failures_[number] >= max_failures) {
            host_.fetch_whole(number);
        } else {
            patches_.insert(number);
        }
    }
    region.chunks.clear();
    more_to_patch_.notify_all();
}

}  // namespace lanspread::swarm
