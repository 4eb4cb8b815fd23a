#include "swarm/scheduler.h"

#include <algorithm>

namespace lanspread::swarm {

namespace {

using Seconds = std::chrono::duration<double>;

Duration to_duration(double seconds)
{
    return std::chrono::duration_cast<Duration>(Seconds(std::min(seconds, 86400.0)));
}

}  // namespace

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

std::vector<Assignment> Scheduler::next(TimePoint now, std::size_t max)
{
    std::vector<Assignment> assignments;
    for (auto& [id, source] : sources_) {
        undefer(source, now);
    }
    const auto current = outlook(now);
    // In turns, one chunk a source, so that no source fills the bytes in flight alone.
    auto at = sources_.upper_bound(last_given_);
    for (std::size_t refusals = 0; refusals < sources_.size() && assignments.size() < max; ++at) {
        if (at == sources_.end()) {
            at = sources_.begin();
        }
        if (const auto chunk = choose(at->first, at->second, current)) {
            assignments.push_back(assign(at->first, at->second, *chunk, now));
            last_given_ = at->first;
            refusals = 0;
        } else {
            ++refusals;
        }
    }
    return assignments;
}

Scheduler::Outlook Scheduler::outlook(TimePoint now) const
{
    Outlook outlook{.now = now};
    double rates = 0;
    bool any_is_late = false;
    for (const auto& [id, source] : sources_) {
        const bool is_late = source.pace.is_late(now);
        any_is_late = any_is_late || is_late;
        outlook.bytes_late += is_late ? source.pace.bytes_in_flight() : 0;
        rates += source.pace.may_be_asked(now) && !is_late ? source.pace.rate() : 0;
    }
    outlook.seconds_to_end = static_cast<double>(bytes_wanted_ + bytes_in_flight_) / std::max(rates, 1.0);
    const bool is_end = availability_.wanted() == 0 && set_aside_.count() == 0;
    if (!is_end && !any_is_late) {
        return outlook;
    }
    for (const auto& flight : flights_) {
        if (is_end || sources_.at(flight.request.source).pace.is_late(now)) {
            outlook.rescues.push_back(flight);
        }
    }
    return outlook;
}

std::optional<std::uint32_t> Scheduler::choose(const PeerId& id, Source& source, const Outlook& outlook)
{
    if (!source.pace.may_be_asked(outlook.now) || source.pace.requests() >= source.pace.window(largest_) ||
        bytes_in_flight_ - outlook.bytes_late >= options_.max_bytes_in_flight) {
        return std::nullopt;
    }
    auto chunk = source.is_exhausted ? std::nullopt : availability_.rarest(source.has, source.cursor);
    if (chunk && *chunk != source.cursor) {
        chunk = availability_.rarest(source.has, random_chunk());
    }
    if (!chunk) {
        source.is_exhausted = true;
        return choose_again(id, source, outlook);
    }
    if (!is_worth_giving(id, source, *chunk, outlook)) {
        return std::nullopt;
    }
    source.cursor = *chunk + 1;
    return chunk;
}

bool Scheduler::is_worth_giving(const PeerId& id, const Source& source, std::uint32_t chunk,
                                const Outlook& outlook) const
{
    const auto mine = source.pace.seconds_to_deliver(sizes_[chunk]);
    if (mine <= outlook.seconds_to_end) {
        return true;
    }
    return std::ranges::none_of(sources_, [&](const auto& entry) {
        const auto& [other_id, other] = entry;
        return other_id != id && other.has.contains(chunk) && other.pace.may_be_asked(outlook.now) &&
               !other.pace.is_late(outlook.now) && other.pace.seconds_to_deliver(sizes_[chunk]) < mine;
    });
}

std::optional<std::uint32_t> Scheduler::choose_again(const PeerId& id, const Source& source,
                                                     const Outlook& outlook) const
{
    std::optional<std::uint32_t> slowest;
    auto most_saved = Seconds(options_.pace.window).count();
    for (const auto& flight : outlook.rescues) {
        const auto chunk = flight.request.chunk;
        // One that is overdue is taken to need as long again as it took so far.
        const auto remaining = Seconds(outlook.now < flight.expected ? flight.expected - outlook.now
                                                                     : outlook.now - flight.started)
                                   .count();
        const auto mine = source.pace.seconds_to_deliver(sizes_[chunk]);
        const auto saved = remaining - mine;
        if (saved > most_saved && mine <= remaining / 2 && source.has.contains(chunk) &&
            !is_on_its_way(flight, id, outlook.now)) {
            most_saved = saved;
            slowest = chunk;
        }
    }
    return slowest;
}

Assignment Scheduler::assign(const PeerId& id, Source& source, std::uint32_t chunk, TimePoint now)
{
    if (availability_.is_wanted(chunk)) {
        want_no_more(chunk);
    }
    const auto expected = source.pace.seconds_to_deliver(sizes_[chunk]);
    bytes_in_flight_ += sizes_[chunk];
    flights_.push_back({{id, chunk}, now, now + to_duration(expected)});
    return {{id, chunk}, now + source.pace.began(sizes_[chunk], now)};
}

void Scheduler::undefer(Source& source, TimePoint now)
{
    std::erase_if(source.deferred, [&](const Deferred& deferred) {
        if (deferred.until > now) {
            return false;
        }
        source.has.insert(deferred.chunk);
        source.is_exhausted = false;
        return true;
    });
}

std::vector<ChunkRequest> Scheduler::chunk_verified(const ChunkRequest& request, TimePoint now)
{
    const auto chunk = request.chunk;
    if (const auto found = sources_.find(request.source); found != sources_.end()) {
        found->second.pace.delivered(sizes_[chunk], now);
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
    auto& source = sources_.at(request.source);
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
            source.pace.sent_elsewhere(options_.elsewhere_pause, now);
            break;
    }
}

void Scheduler::chunk_returned(const ChunkRequest& request)
{
    drop_flights([&](const Flight& flight) { return flight.request == request; });
}

std::uint32_t Scheduler::random_chunk()
{
    return sizes_.empty() ? 0 : static_cast<std::uint32_t>(random_() % sizes_.size());
}

/// `source` is asked for the chunk already, or another one than that of `flight` is, and is not late.
bool Scheduler::is_on_its_way(const Flight& flight, const PeerId& source, TimePoint now) const
{
    return std::ranges::any_of(flights_, [&](const Flight& other) {
        const auto& [from, chunk] = other.request;
        const bool is_hopeful = from != flight.request.source && !sources_.at(from).pace.is_late(now);
        return chunk == flight.request.chunk && (from == source || is_hopeful);
    });
}

std::vector<ChunkRequest> Scheduler::give_up_overdue(TimePoint now)
{
    std::set<PeerId> stalled;
    auto overdue = drop_flights([&](const Flight& flight) {
        const auto& pace = sources_.at(flight.request.source).pace;
        return pace.is_late(now) &&
               now - flight.started > pace.patience_with(flight.expected - flight.started);
    });
    for (const auto& request : overdue) {
        if (stalled.insert(request.source).second) {
            sources_.at(request.source).pace.stalled(now);
        }
    }
    return overdue;
}

void Scheduler::want(std::uint32_t chunk)
{
    for (auto& [id, source] : sources_) {
        source.is_exhausted = source.is_exhausted && !source.has.contains(chunk);
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
    std::vector<ChunkRequest> dropped;
    std::erase_if(flights_, [&](const Flight& flight) {
        if (!gone(flight)) {
            return false;
        }
        dropped.push_back(flight.request);
        return true;
    });
    for (const auto& [id, chunk] : dropped) {
        sources_.at(id).pace.ended(sizes_[chunk]);
        bytes_in_flight_ -= sizes_[chunk];
        if (!verified_.contains(chunk) && !set_aside_.contains(chunk) && !availability_.is_wanted(chunk) &&
            flights_of(chunk) == 0) {
            want(chunk);
        }
    }
    return dropped;
}

}  // namespace lanspread::swarm
