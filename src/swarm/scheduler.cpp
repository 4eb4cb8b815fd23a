#include "swarm/scheduler.h"

#include <algorithm>

namespace lanspread::swarm {

Scheduler::Scheduler(std::vector<std::uint32_t> sizes, ChunkSet verified, SchedulerOptions options)
    : sizes_(std::move(sizes)),
      options_(options),
      random_(options.seed),
      verified_(std::move(verified)),
      set_aside_(ChunkSet::none_of(verified_.size())),
      availability_(verified_.size()),
      largest_(sizes_.empty() ? 1 : *std::ranges::max_element(sizes_))
{
    for (std::uint32_t chunk = 0; chunk < verified_.size(); ++chunk) {
        if (verified_.contains(chunk)) {
            bytes_verified_ += sizes_[chunk];
        } else {
            want(chunk);
        }
    }
}

void Scheduler::undefer(TimePoint now)
{
    next_undefer_ = TimePoint::max();
    for (auto& [id, source] : sources_) {
        std::erase_if(source->deferred, [&](const Deferred& deferred) {
            if (deferred.until > now) {
                next_undefer_ = std::min(next_undefer_, deferred.until);
                return false;
            }
            source->has.insert(deferred.chunk);
            source->is_exhausted = false;
            return true;
        });
    }
}

std::vector<ChunkRequest> Scheduler::chunk_verified(const ChunkRequest& request, TimePoint now)
{
    const auto chunk = request.chunk;
    if (const auto found = sources_.find(request.source); found != sources_.end()) {
        found->second->pace.delivered(sizes_[chunk], now);
    }
    if (!verified_.contains(chunk)) {
        verified_.insert(chunk);
        bytes_verified_ += sizes_[chunk];
        if (availability_.is_wanted(chunk)) {
            want_no_more(chunk);
        }
    }
    auto others = drop_flights([&](const Flight& flight) { return flight.request.chunk == chunk; });
    std::erase(others, request);
    return others;
}

void Scheduler::chunk_failed(const ChunkRequest& request, ChunkFailure failure, TimePoint now)
{
    if (drop_flights([&](const Flight& flight) { return flight.request == request; }).empty()) {
        return;
    }
    auto& source = *sources_.at(request.source);
    switch (failure) {
        case ChunkFailure::stalled: source.pace.stalled(now); break;
        case ChunkFailure::lost: source.pace.failed(options_.pace.first_backoff, now); break;
        case ChunkFailure::missing:
            if (!source.is_complete && source.has.contains(request.chunk)) {
                source.has.erase(request.chunk);
                availability_.count_one_less(request.chunk);
            }
            source.pace.failed(
                source.is_complete ? options_.pace.missing_backoff : options_.pace.first_backoff, now);
            break;
        case ChunkFailure::elsewhere:
            source.has.erase(request.chunk);
            source.deferred.push_back({now + options_.elsewhere_pause, request.chunk});
            next_undefer_ = std::min(next_undefer_, source.deferred.back().until);
            source.pace.sent_elsewhere(options_.elsewhere_pause, now);
            break;
    }
}

void Scheduler::chunk_returned(const ChunkRequest& request)
{
    drop_flights([&](const Flight& flight) { return flight.request == request; });
}

std::vector<ChunkRequest> Scheduler::give_up_overdue(TimePoint now)
{
    std::set<PeerId> stalled;
    auto overdue = drop_flights([&](const Flight& flight) {
        const auto& pace = flight.source->pace;
        return pace.is_late(now) &&
               now - flight.started > pace.patience_with(flight.expected - flight.started);
    });
    for (const auto& request : overdue) {
        if (stalled.insert(request.source).second) {
            sources_.at(request.source)->pace.stalled(now);
        }
    }
    return overdue;
}

void Scheduler::want(std::uint32_t chunk)
{
    for (auto& [id, source] : sources_) {
        source->is_exhausted = source->is_exhausted && !source->has.contains(chunk);
    }
    availability_.want(chunk);
    bytes_wanted_ += sizes_[chunk];
}

void Scheduler::want_no_more(std::uint32_t chunk)
{
    availability_.want_no_more(chunk);
    bytes_wanted_ -= sizes_[chunk];
}

std::size_t Scheduler::flights_of(std::uint32_t chunk) const
{
    return static_cast<std::size_t>(
        std::ranges::count(flights_, chunk, [](const Flight& flight) { return flight.request.chunk; }));
}

std::vector<ChunkRequest> Scheduler::drop_flights(const std::function<bool(const Flight&)>& gone)
{
    std::vector<Flight> dropped;
    std::erase_if(flights_, [&](const Flight& flight) {
        if (!gone(flight)) {
            return false;
        }
        dropped.push_back(flight);
        return true;
    });
    std::vector<ChunkRequest> requests;
    for (const auto& flight : dropped) {
        const auto chunk = flight.request.chunk;
        flight.source->pace.ended(sizes_[chunk]);
        bytes_in_flight_ -= sizes_[chunk];
        if (!verified_.contains(chunk) && !set_aside_.contains(chunk) && !availability_.is_wanted(chunk) &&
            flights_of(chunk) == 0) {
            want(chunk);
        }
        requests.push_back(flight.request);
    }
    return requests;
}

}  // namespace lanspread::swarm
