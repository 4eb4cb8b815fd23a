#include <algorithm>

#include "swarm/scheduler.h"

/// What is asked of whom: the part of Scheduler that decides.
namespace lanspread::swarm {

namespace {

using Seconds = std::chrono::duration<double>;

}  // namespace

std::vector<Assignment> Scheduler::next(TimePoint now, std::size_t max)
{
    std::vector<Assignment> assignments;
    if (next_undefer_ <= now) {
        undefer(now);
    }
    const auto current = outlook(now);
    // In turns, one chunk a source, so that no source fills the bytes in flight alone.
    for (bool any_was_given = true; any_was_given;) {
        any_was_given = false;
        for (auto* source : current.idle) {
            const auto chunk = assignments.size() < max ? choose(*source, current) : std::nullopt;
            if (chunk) {
                assignments.push_back(assign(*source, *chunk, now));
                last_given_ = source->id;
                any_was_given = true;
            }
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
        const bool is_late = source->pace.is_late(now);
        any_is_late = any_is_late || is_late;
        outlook.bytes_late += is_late ? source->pace.bytes_in_flight() : 0;
        rates += source->pace.may_be_asked(now) && !is_late ? source->pace.rate() : 0;
        if (!source->is_exhausted && has_slot(*source, now)) {
            outlook.idle.push_back(source.get());
        }
    }
    outlook.seconds_to_end = static_cast<double>(bytes_wanted_ + bytes_in_flight_) / std::max(rates, 1.0);
    const bool is_end = availability_.wanted() == 0 && set_aside_.count() == 0;
    if (is_end || any_is_late) {
        outlook.rescues = rescues(is_end, now);
    }
    if (!outlook.rescues.empty()) {
        outlook.idle.clear();
        for (const auto& [id, source] : sources_) {
            if (has_slot(*source, now)) {
                outlook.idle.push_back(source.get());
            }
        }
    }
    std::ranges::rotate(outlook.idle, std::ranges::upper_bound(outlook.idle, last_given_, {}, &Source::id));
    return outlook;
}

bool Scheduler::has_slot(const Source& source, TimePoint now) const
{
    return source.pace.may_be_asked(now) && source.pace.requests() < source.pace.window(largest_);
}

/// Flights of late sources, at the end all, that can be sped up by more than the window.
std::vector<Scheduler::Rescue> Scheduler::rescues(bool is_end, TimePoint now) const
{
    std::vector<Rescue> rescues;
    for (const auto& flight : flights_) {
        // One that is overdue is taken to need as long again as it took so far.
        const auto remaining =
            Seconds(now < flight.expected ? flight.expected - now : now - flight.started).count();
        if (remaining > Seconds(options_.pace.window).count() &&
            (is_end || flight.source->pace.is_late(now))) {
            rescues.push_back({flight, remaining});
        }
    }
    return rescues;
}

std::optional<std::uint32_t> Scheduler::choose(Source& source, const Outlook& outlook)
{
    if (!has_slot(source, outlook.now) ||
        bytes_in_flight_ - outlook.bytes_late >= options_.max_bytes_in_flight) {
        return std::nullopt;
    }
    const bool is_counted = !source.is_complete;
    auto chunk =
        source.is_exhausted ? std::nullopt : availability_.rarest(source.has, source.cursor, is_counted);
    if (chunk && *chunk != source.cursor) {
        chunk = availability_.rarest(source.has, random_chunk(), is_counted);
    }
    if (!chunk) {
        source.is_exhausted = true;
        return choose_again(source, outlook);
    }
    if (!is_worth_giving(source, *chunk, outlook)) {
        return std::nullopt;
    }
    source.cursor = *chunk + 1;
    return chunk;
}

bool Scheduler::is_worth_giving(const Source& source, std::uint32_t chunk, const Outlook& outlook) const
{
    const auto mine = source.pace.seconds_to_deliver(sizes_[chunk]);
    if (mine <= outlook.seconds_to_end) {
        return true;
    }
    return std::ranges::none_of(sources_, [&](const auto& entry) {
        const auto& other = *entry.second;
        return &other != &source && other.has.contains(chunk) && other.pace.may_be_asked(outlook.now) &&
               !other.pace.is_late(outlook.now) && other.pace.seconds_to_deliver(sizes_[chunk]) < mine;
    });
}

std::optional<std::uint32_t> Scheduler::choose_again(const Source& source, const Outlook& outlook) const
{
    std::optional<std::uint32_t> slowest;
    auto most_saved = Seconds(options_.pace.window).count();
    for (const auto& [flight, remaining] : outlook.rescues) {
        const auto chunk = flight.request.chunk;
        const auto mine = source.pace.seconds_to_deliver(sizes_[chunk]);
        const auto saved = remaining - mine;
        if (saved > most_saved && mine <= remaining / 2 && source.has.contains(chunk) &&
            !is_on_its_way(flight, source, outlook.now)) {
            most_saved = saved;
            slowest = chunk;
        }
    }
    return slowest;
}

Assignment Scheduler::assign(Source& source, std::uint32_t chunk, TimePoint now)
{
    if (availability_.is_wanted(chunk)) {
        want_no_more(chunk);
    }
    const auto expected = now + source.pace.time_to_deliver(sizes_[chunk]);
    bytes_in_flight_ += sizes_[chunk];
    flights_.push_back({{source.id, chunk}, &source, now, expected});
    return {{source.id, chunk}, now + source.pace.began(sizes_[chunk], now)};
}

/// `source` is asked for the chunk already, or another one than that of `flight` is, and is not late.
bool Scheduler::is_on_its_way(const Flight& flight, const Source& source, TimePoint now) const
{
    return std::ranges::any_of(flights_, [&](const Flight& other) {
        return other.request.chunk == flight.request.chunk &&
               (other.source == &source ||
                (other.source != flight.source && !other.source->pace.is_late(now)));
    });
}

std::uint32_t Scheduler::random_chunk()
{
    return sizes_.empty() ? 0 : static_cast<std::uint32_t>(random_() % sizes_.size());
}

}  // namespace lanspread::swarm
