#include <algorithm>
#include <map>
#include <set>

#include "async/offload.h"
#include "swarm/patch_region.h"

/// Where in the old version the chunks of a region are: the part of Reuse that looks for them.
namespace lanspread::swarm {

namespace {

/// How often a file is looked through, if something is found each time; how much at once, and how far.
constexpr unsigned max_searches = 8;
constexpr unsigned cost_of_a_search_in_vain = 4;
constexpr std::size_t search_step = 8 * 1024 * 1024;
constexpr std::uint64_t max_search_distance = 512ULL * 1024 * 1024;
/// After so many regions of a file without anything in common, and one more for each that had something, the
/// rest of it is fetched whole.
constexpr unsigned max_found_nothing = 3;

}  // namespace

/// Finds what it can of the region's chunks in the old version, once the sums of their large blocks are
/// known.
Task<void> Reuse::match(std::shared_ptr<Region> region)
{
    for (auto& chunk : region->chunks) {
        const auto number = chunk.assembly.number();
        if (old_->is_packed(number)) {
            (void)co_await offload(environment_.disk_pool, [old = old_, &chunk, number] {
                chunk.assembly.match(chunk.sums, old->packed_basis(number));
                return true;
            });
            continue;
        }
        // Where the last chunk was found; where it is if all that changed lies before it; where it was.
        const auto last_shift = files_[old_->file_of(number)].shift;
        for (const auto shift : {last_shift, old_->growth(number), std::int64_t{0}}) {
            co_await match_at(region, &chunk, shift);
        }
    }
    for (auto& [file, pairs] : lost_pairs(*region)) {
        auto& track = files_[file];
        if (track.searches >= max_searches) {
            continue;
        }
        const auto shift = co_await search_file(file, std::move(pairs));
        track.searches += shift ? 1 : cost_of_a_search_in_vain;
        for (auto& chunk : region->chunks) {
            const auto number = chunk.assembly.number();
            if (shift && !old_->is_packed(number) && old_->file_of(number) == file) {
                co_await match_at(region, &chunk, *shift);
            }
        }
    }
}

/// Looks for what is missing of a chunk of a large file around the place that is `shift` further on in the
/// old one, and then around where it found something: there the rest of it may be, beyond the first look.
Task<void> Reuse::match_at(std::shared_ptr<Region>, RegionChunk* chunk, std::int64_t shift)
{
    const auto number = chunk->assembly.number();
    for (std::optional<std::int64_t> next = shift;
         next && is_worth_looking_for(chunk->assembly, chunk->sums) && chunk->tried.insert(*next).second;
         next = chunk->assembly.shift()) {
        (void)co_await offload(environment_.disk_pool, [old = old_, chunk, number, shift = *next] {
            chunk->assembly.match(chunk->sums, old->window(number, shift));
            return true;
        });
    }
    if (const auto found = chunk->assembly.shift()) {
        files_[old_->file_of(number)].shift = *found;
    }
}

/// Pairs of blocks of chunks that were found nowhere near, by old file, at their positions in the new one.
std::map<std::uint32_t, std::vector<PairSearch::Pair>> Reuse::lost_pairs(const Region& region) const
{
    std::map<std::uint32_t, std::vector<PairSearch::Pair>> lost;
    for (const auto& chunk : region.chunks) {
        const auto number = chunk.assembly.number();
        if (old_->is_packed(number) || !is_hopeless(chunk.assembly)) {
            continue;
        }
        auto pairs = chunk.assembly.missing_pairs(chunk.sums);
        for (auto& pair : pairs) {
            pair.position += manifest_->extents(number).front().offset;
        }
        auto& all = lost[old_->file_of(number)];
        all.insert(all.end(), pairs.begin(), pairs.end());
    }
    return lost;
}

/// Looks through a file of the old version, as far around the first pair as is worth the time; how much
/// further on it found one of the pairs.
Task<std::optional<std::int64_t>> Reuse::search_file(std::uint32_t file, std::vector<PairSearch::Pair> pairs)
{
    if (pairs.empty()) {
        co_return std::nullopt;
    }
    const auto middle = pairs.front().position;
    const auto first = middle - std::min(middle, max_search_distance);
    const auto end = std::min(old_->file_size(file), middle + max_search_distance);
    const auto search = std::make_shared<const PairSearch>(large_block, std::move(pairs));
    for (auto offset = first; offset < end; offset += search_step) {
        const auto hit = co_await offload(environment_.disk_pool, [old = old_, search, file, offset] {
            return search->find(old->read(file, offset, search_step + 2 * large_block));
        });
        if (hit) {
            co_return static_cast<std::int64_t>(offset + hit->found_at) -
                static_cast<std::int64_t>(hit->position);
        }
    }
    co_return std::nullopt;
}

/// Gives back the chunks of which next to nothing was found, and after a few regions the rest of such a file.
void Reuse::drop_hopeless(Region& region)
{
    std::map<std::uint32_t, bool> found_something;  // by old file
    for (const auto& chunk : region.chunks) {
        if (const auto number = chunk.assembly.number(); !old_->is_packed(number)) {
            found_something[old_->file_of(number)] |= !is_hopeless(chunk.assembly);
        }
    }
    std::erase_if(region.chunks, [this](const RegionChunk& chunk) {
        // Of small files, each of the large blocks holds several: one that differs tells nothing of the
        // others.
        const auto number = chunk.assembly.number();
        const bool is_worth_a_look = old_->is_packed(number) && chunk.assembly.size() > large_block;
        const bool is_dropped = is_hopeless(chunk.assembly) && !is_worth_a_look;
        if (is_dropped) {
            host_.fetch_whole(number);
        }
        return is_dropped;
    });
    std::set<std::uint32_t> given_up;
    for (const auto& [file, found] : found_something) {
        auto& track = files_[file];
        track.found_something += found ? 1 : 0;
        track.found_nothing = found ? 0 : track.found_nothing + 1;
        if (track.found_nothing >= max_found_nothing + track.found_something) {
            given_up.insert(file);
        }
    }
    std::erase_if(patches_, [&](std::uint32_t chunk) {
        const bool is_given_up =
            !given_up.empty() && !old_->is_packed(chunk) && given_up.contains(old_->file_of(chunk));
        if (is_given_up) {
            host_.fetch_whole(chunk);
        }
        return is_given_up;
    });
}

}  // namespace lanspread::swarm
