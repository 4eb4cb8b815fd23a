#include "swarm/source_pace.h"

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
/// In a row: then there is nothing to be had for the moment.
constexpr std::uint32_t max_elsewheres = 8;
constexpr std::chrono::seconds whole_patience{30};

}  // namespace

Duration SourcePace::began(std::uint32_t bytes, TimePoint now)
{
    if (requests_ == 0) {
        sample_start_ = now;
        sample_bytes_ = 0;
        last_progress_ = now;
    }
    const auto patience = std::max(Seconds(options_.min_patience).count(), 4 * seconds_to_deliver(bytes));
    ++requests_;
    bytes_ += bytes;
    return to_duration(patience * std::exp2(std::min(stalls_, 5U)));
}

void SourcePace::ended(std::uint32_t bytes)
{
    --requests_;
    bytes_ -= bytes;
}

void SourcePace::delivered(std::uint32_t bytes, TimePoint now)
{
    failures_ = 0;
    stalls_ = 0;
    elsewheres_ = 0;
    last_progress_ = now;
    sample_bytes_ += bytes;
    const auto span = now - sample_start_;
    if (span < measured_span) {
        return;
    }
    const auto seconds = Seconds(span).count();
    const auto sample = static_cast<double>(sample_bytes_) / seconds;
    const auto weight = rate_ > 0 ? 1 - std::exp(-seconds / rate_memory_seconds) : 1.0;
    rate_ += (sample - rate_) * weight;
    sample_start_ = now;
    sample_bytes_ = 0;
}

void SourcePace::failed(std::chrono::milliseconds at_least, TimePoint now)
{
    if (!may_be_asked(now)) {
        return;  // what was in flight together fails together, and counts once
    }
    const auto doubled = options_.first_backoff * (1U << std::min(failures_, 10U));
    ++failures_;
    retry_at_ = now + std::max(at_least, std::min(doubled, options_.max_backoff));
}

void SourcePace::stalled(TimePoint now)
{
    stalls_ += may_be_asked(now) ? 1 : 0;  // once for all that were in flight together
    rate_ = 0;                             // whatever it was, it is not that now
    failed(options_.first_backoff, now);
}

void SourcePace::sent_elsewhere(std::chrono::milliseconds pause, TimePoint now)
{
    if (++elsewheres_ >= max_elsewheres) {
        elsewheres_ = 0;
        retry_at_ = std::max(retry_at_, now + pause);
    }
}

Duration SourcePace::patience_with(Duration expected) const
{
    return std::max<Duration>(whole_patience, 8 * expected) * (1U << std::min(stalls_, 5U));
}

std::uint32_t SourcePace::window(std::uint32_t chunk_size) const
{
    if (failures_ > 0) {
        return 1;
    }
    const auto chunks = std::ceil(rate() * Seconds(options_.window).count() / chunk_size);
    return static_cast<std::uint32_t>(
        std::clamp(chunks, double(options_.min_requests), double(options_.max_requests)));
}

double SourcePace::seconds_to_deliver(std::uint32_t bytes) const
{
    return static_cast<double>(bytes_ + bytes) / rate();
}

Duration SourcePace::time_to_deliver(std::uint32_t bytes) const
{
    return to_duration(seconds_to_deliver(bytes));
}

bool SourcePace::is_overdue(TimePoint now) const
{
    return now - last_progress_ > to_duration(2 * static_cast<double>(bytes_) / rate());
}

}  // namespace lanspread::swarm
