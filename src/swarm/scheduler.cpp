#include "swarm/scheduler.h"

#include <algorithm>
#include <cmath>

namespace lanspread::swarm {

namespace {

using Seconds = std::chrono::duration<double>;

Duration to_duration(double seconds)
{
    // A rate near nothing must not overflow the clock.
    return std::chrono::duration_cast<Duration>(Seconds(std::min(seconds, 86400.0)));
}

/// A rate is measured over at least this long, so that chunks that arrive together do not make it jump.
constexpr std::chrono::milliseconds measured_span{50};
/// Older measurements count less, by e for each of these.
constexpr double rate_memory_seconds = 1.0;

}  // namespace

Scheduler::Scheduler(std::vector<std::uint32_t> sizes, ChunkSet verified, SchedulerOptions options)
    : sizes_(std::move(sizes)),
      options_(options),
      random_(options.seed),
      verified_(std::move(verified)),
      wanted_(ChunkSet::none_of(verified_.size())),
      largest_(sizes_.empty() ? 1 : *std::ranges::max_element(sizes_))
{
    for (std::uint32_t chunk = 0; chunk < verified_.size(); ++chunk) {
        if (verified_.contains(chunk)) {
            bytes_verified_ += sizes_[chunk];
        } else {
            wanted_.insert(chunk);
            bytes_wanted_ += sizes_[chunk];
        }
    }
}

void Scheduler::source_joined(const PeerId& source, ChunkSet has)
{
    if (liars_.contains(source) || sources_.contains(source)) {
        return;
    }
    auto& added = sources_[source];
    added.cursor = has.size() == 0 ? 0 : static_cast<std::uint32_t>(random_() % has.size());
    added.has = std::move(has);
}

std::vector<ChunkRequest> Scheduler::source_left(const PeerId& source)
{
    auto dropped = drop_flights([&](const Flight& flight) { return flight.request.source == source; });
    sources_.erase(source);
    return dropped;
}

std::vector<Assignment> Scheduler::next(TimePoint now)
{
    std::vector<Assignment> assignments;
    // In turns, one chunk a source, so that no source fills the bytes in flight alone.
    for (bool any = true; any;) {
        any = false;
        for (auto& [id, source] : sources_) {
            if (const auto chunk = choose(id, source, now)) {
                assignments.push_back(assign(id, source, *chunk, now));
                any = true;
            }
        }
    }
    return assignments;
}

std::optional<std::uint32_t> Scheduler::choose(const PeerId& id, Source& source, TimePoint now)
{
    if (source.retry_at > now || source.requests >= window(source) ||
        bytes_in_flight_ >= options_.max_bytes_in_flight) {
        return std::nullopt;
    }
    const auto chunk = wanted_.next_common(source.has, source.cursor);
    if (!chunk) {
        return choose_again(id, source, now);
    }
    if (!is_worth_giving(id, source, *chunk, now)) {
        return std::nullopt;
    }
    source.cursor = *chunk + 1;
    return chunk;
}

bool Scheduler::is_worth_giving(const PeerId& id, const Source& source, std::uint32_t chunk,
                                TimePoint now) const
{
    const auto mine = seconds_to_deliver(source, chunk);
    double rates = 0;
    bool is_soonest = true;
    for (const auto& [other_id, other] : sources_) {
        if (other.retry_at > now || is_late(other, now)) {
            continue;
        }
        rates += rate(other);
        if (other_id != id && other.has.contains(chunk) && seconds_to_deliver(other, chunk) < mine) {
            is_soonest = false;
        }
    }
    return is_soonest || mine <= static_cast<double>(bytes_wanted_ + bytes_in_flight_) / rates;
}

std::optional<std::uint32_t> Scheduler::choose_again(const PeerId& id, const Source& source,
                                                     TimePoint now) const
{
    std::optional<std::uint32_t> slowest;
    auto most_saved = Seconds(options_.window).count();
    for (const auto& flight : flights_) {
        const auto chunk = flight.request.chunk;
        // One that is overdue is taken to need as long again as it took so far.
        const auto remaining =
            Seconds(now < flight.expected ? flight.expected - now : now - flight.started).count();
        const auto saved = remaining - seconds_to_deliver(source, chunk);
        if (saved <= most_saved || flight.request.source == id || !source.has.contains(chunk)) {
            continue;
        }
        const auto requests =
            std::ranges::count(flights_, chunk, [](const Flight& other) { return other.request.chunk; });
        if (requests == 1) {
            most_saved = saved;
            slowest = chunk;
        }
    }
    return slowest;
}

Assignment Scheduler::assign(const PeerId& id, Source& source, std::uint32_t chunk, TimePoint now)
{
    if (wanted_.contains(chunk)) {
        wanted_.erase(chunk);
        bytes_wanted_ -= sizes_[chunk];
    }
    if (source.requests == 0) {
        source.sample_start = now;
        source.sample_bytes = 0;
        source.last_progress = now;
    }
    const auto expected = seconds_to_deliver(source, chunk);
    ++source.requests;
    source.bytes += sizes_[chunk];
    bytes_in_flight_ += sizes_[chunk];
    flights_.push_back({{id, chunk}, now, now + to_duration(expected)});
    const auto patience = std::max(Seconds(options_.min_deadline).count(), 4 * expected);
    return {{id, chunk}, now + to_duration(patience * std::exp2(std::min(source.stalls, 5U)))};
}

std::vector<ChunkRequest> Scheduler::chunk_verified(const ChunkRequest& request, TimePoint now)
{
    const auto chunk = request.chunk;
    if (const auto found = sources_.find(request.source); found != sources_.end()) {
        measure(found->second, sizes_[chunk], now);
        found->second.failures = 0;
        found->second.stalls = 0;
    }
    if (!verified_.contains(chunk)) {
        verified_.insert(chunk);
        bytes_verified_ += sizes_[chunk];
        if (wanted_.contains(chunk)) {
            wanted_.erase(chunk);
            bytes_wanted_ -= sizes_[chunk];
        }
    }
    auto others = drop_flights([&](const Flight& flight) { return flight.request.chunk == chunk; });
    std::erase(others, request);
    return others;
}

std::vector<ChunkRequest> Scheduler::chunk_failed(const ChunkRequest& request, ChunkFailure failure,
                                                  TimePoint now)
{
    if (failure == ChunkFailure::corrupt) {
        liars_.insert(request.source);
        auto others = source_left(request.source);
        std::erase(others, request);
        return others;
    }
    if (drop_flights([&](const Flight& flight) { return flight.request == request; }).empty()) {
        return {};
    }
    auto& source = sources_.at(request.source);
    switch (failure) {
        case ChunkFailure::corrupt: break;
        case ChunkFailure::missing: back_off(source, options_.missing_backoff, now); break;
        case ChunkFailure::lost: back_off(source, options_.first_backoff, now); break;
        case ChunkFailure::stalled:
            source.stalls += source.retry_at > now ? 0 : 1;  // once for all that were in flight together
            source.rate = 0;                                 // whatever it was, it is not that now
            back_off(source, options_.first_backoff, now);
            break;
    }
    return {};
}

void Scheduler::chunk_returned(const ChunkRequest& request)
{
    drop_flights([&](const Flight& flight) { return flight.request == request; });
}

std::uint32_t Scheduler::requests_in_flight(const PeerId& source) const
{
    const auto found = sources_.find(source);
    return found == sources_.end() ? 0 : found->second.requests;
}

std::uint32_t Scheduler::window_of(const PeerId& source) const
{
    const auto found = sources_.find(source);
    return found == sources_.end() ? 0 : window(found->second);
}

double Scheduler::rate(const Source& source) const
{
    return source.rate > 0 ? source.rate : options_.assumed_rate;
}

std::uint32_t Scheduler::window(const Source& source) const
{
    if (source.failures > 0) {
        return 1;
    }
    const auto chunks = rate(source) * Seconds(options_.window).count() / largest_;
    return static_cast<std::uint32_t>(
        std::clamp(chunks, double(options_.min_requests), double(options_.max_requests)));
}

double Scheduler::seconds_to_deliver(const Source& source, std::uint32_t chunk) const
{
    return static_cast<double>(source.bytes + sizes_[chunk]) / rate(source);
}

bool Scheduler::is_late(const Source& source, TimePoint now) const
{
    const auto patience = std::max(1.0, 2 * static_cast<double>(source.bytes) / rate(source));
    return source.requests > 0 && now - source.last_progress > to_duration(patience);
}

void Scheduler::measure(Source& source, std::uint32_t bytes, TimePoint now)
{
    source.last_progress = now;
    source.sample_bytes += bytes;
    const auto span = now - source.sample_start;
    if (span < measured_span) {
        return;
    }
    const auto seconds = Seconds(span).count();
    const auto sample = static_cast<double>(source.sample_bytes) / seconds;
    const auto weight = source.rate > 0 ? 1 - std::exp(-seconds / rate_memory_seconds) : 1.0;
    source.rate += (sample - source.rate) * weight;
    source.sample_start = now;
    source.sample_bytes = 0;
}

void Scheduler::back_off(Source& source, std::chrono::milliseconds at_least, TimePoint now)
{
    if (source.retry_at > now) {
        return;  // what was in flight together fails together, and counts once
    }
    const auto doubled = options_.first_backoff * (1U << std::min(source.failures, 10U));
    ++source.failures;
    source.retry_at = now + std::max(at_least, std::min(doubled, options_.max_backoff));
}

bool Scheduler::is_in_flight(std::uint32_t chunk) const
{
    return std::ranges::any_of(flights_, [&](const Flight& flight) { return flight.request.chunk == chunk; });
}

template <class Predicate>
std::vector<ChunkRequest> Scheduler::drop_flights(Predicate gone)
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
        auto& source = sources_.at(id);
        --source.requests;
        source.bytes -= sizes_[chunk];
        bytes_in_flight_ -= sizes_[chunk];
        if (!verified_.contains(chunk) && !wanted_.contains(chunk) && !is_in_flight(chunk)) {
            wanted_.insert(chunk);
            bytes_wanted_ += sizes_[chunk];
        }
    }
    return dropped;
}

}  // namespace lanspread::swarm
