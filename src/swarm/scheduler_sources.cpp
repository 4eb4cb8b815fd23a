#include <algorithm>

#include "swarm/scheduler.h"

/// Who the sources are and what they have: the part of Scheduler that keeps the books.
namespace lanspread::swarm {

void Scheduler::source_joined(const PeerId& source, ChunkSet has)
{
    const auto chunks = has.size();
    const bool is_complete = has.is_full();
    if (const auto found = sources_.find(source); found != sources_.end()) {
        auto& known = *found->second;
        if (is_complete && !known.is_complete) {
            uncount(known);
            known.has = std::move(has);
            known.is_complete = true;
            known.deferred.clear();
            known.is_exhausted = false;
        }
        return;
    }
    if (liars_.contains(source)) {
        return;
    }
    if (!is_complete) {
        for (std::uint32_t chunk = 0; chunk < chunks; ++chunk) {
            if (has.contains(chunk)) {
                availability_.count_one_more(chunk);
            }
        }
    }
    sources_.emplace(source, std::make_unique<Source>(Source{.id = source,
                                                             .pace = SourcePace(options_.pace),
                                                             .is_complete = is_complete,
                                                             .cursor = random_chunk(),
                                                             .has = std::move(has)}));
}

void Scheduler::source_has(const PeerId& source, std::span<const std::uint32_t> chunks)
{
    const auto found = sources_.find(source);
    if (found == sources_.end() || found->second->is_complete) {
        return;
    }
    auto& its = *found->second;
    for (const auto chunk : chunks) {
        const bool is_deferred =
            std::ranges::find(its.deferred, chunk, &Deferred::chunk) != its.deferred.end();
        // What is here already is of no use any more. It is half of what there is to hear.
        if (!verified_.contains(chunk) && !its.has.contains(chunk) && !is_deferred) {
            its.has.insert(chunk);
            its.is_exhausted = its.is_exhausted && !availability_.is_wanted(chunk);
            availability_.count_one_more(chunk);
        }
    }
}

std::vector<ChunkRequest> Scheduler::source_left(const PeerId& source)
{
    const auto found = sources_.find(source);
    if (found == sources_.end()) {
        return {};
    }
    auto dropped = drop_flights([&](const Flight& flight) { return flight.request.source == source; });
    uncount(*found->second);
    sources_.erase(found);
    return dropped;
}

std::vector<ChunkRequest> Scheduler::source_lied(const PeerId& source)
{
    liars_.insert(source);
    return source_left(source);
}

void Scheduler::uncount(const Source& source)
{
    if (source.is_complete) {
        return;
    }
    for (std::uint32_t chunk = 0; chunk < source.has.size(); ++chunk) {
        if (source.has.contains(chunk)) {
            availability_.count_one_less(chunk);
        }
    }
    for (const auto& deferred : source.deferred) {
        availability_.count_one_less(deferred.chunk);
    }
}

bool Scheduler::can_go_on() const
{
    return !flights_.empty() || std::ranges::any_of(sources_, [this](const auto& entry) {
        return !entry.second->deferred.empty() || availability_.rarest(entry.second->has, 0).has_value();
    });
}

void Scheduler::set_aside(std::uint32_t chunk)
{
    if (availability_.is_wanted(chunk)) {
        want_no_more(chunk);
        set_aside_.insert(chunk);
    }
}

void Scheduler::put_back(std::uint32_t chunk)
{
    if (set_aside_.contains(chunk)) {
        set_aside_.erase(chunk);
        want(chunk);
    }
}

void Scheduler::chunk_found(std::uint32_t chunk)
{
    if (set_aside_.contains(chunk)) {
        set_aside_.erase(chunk);
        verified_.insert(chunk);
        bytes_verified_ += sizes_[chunk];
    }
}

std::vector<PeerId> Scheduler::sources_of(std::uint32_t chunk, TimePoint now) const
{
    std::vector<PeerId> found;
    for (const auto& [id, source] : sources_) {
        if (source->has.contains(chunk) && source->pace.may_be_asked(now)) {
            found.push_back(id);
        }
    }
    return found;
}

void Scheduler::source_stalled(const PeerId& source, TimePoint now)
{
    if (const auto found = sources_.find(source); found != sources_.end()) {
        found->second->pace.stalled(now);
    }
}

bool Scheduler::source_has(const PeerId& source, std::uint32_t chunk) const
{
    const auto found = sources_.find(source);
    return found != sources_.end() && found->second->has.contains(chunk);
}

std::uint32_t Scheduler::requests_in_flight(const PeerId& source) const
{
    const auto found = sources_.find(source);
    return found == sources_.end() ? 0 : found->second->pace.requests();
}

std::uint32_t Scheduler::window_of(const PeerId& source) const
{
    const auto found = sources_.find(source);
    return found == sources_.end() ? 0 : found->second->pace.window(largest_);
}

}  // namespace lanspread::swarm
