#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace lanspread::swarm {

struct PaceOptions {
    std::chrono::milliseconds window{150};          ///< how long a source could go on without hearing from us
    std::uint32_t min_requests = 1;                 ///< per source
    std::uint32_t max_requests = 64;                ///< per source
    double assumed_rate = 8.0 * 1024 * 1024;        ///< bytes a second, of a source that is not measured yet
    std::chrono::milliseconds min_patience{10000};  ///< for the first byte: a busy source has many to serve
    std::chrono::milliseconds first_backoff{500};
    std::chrono::milliseconds max_backoff{8000};
    std::chrono::milliseconds missing_backoff{30000};
};

/// How fast one source delivers, how much is in flight from it, and when it is left alone. Pure.
class SourcePace {
public:
    explicit SourcePace(const PaceOptions& options) : options_(options) {}

    /// A request for so many bytes goes out. Returns how long it is waited for before it is given up.
    Duration began(std::uint32_t bytes, TimePoint now);
    /// It is no longer in flight, whatever came of it.
    void ended(std::uint32_t bytes);
    /// It delivered so many bytes.
    void delivered(std::uint32_t bytes, TimePoint now);
    /// The next request may do better: the source is left alone for a while that doubles.
    void failed(std::chrono::milliseconds at_least, TimePoint now);
    /// It sent us to somebody else. Where it does so again and again, it is left alone for `pause`.
    void sent_elsewhere(std::chrono::milliseconds pause, TimePoint now);
    /// Nothing came in time: as `failed`, and the next request is given twice the time.
    void stalled(TimePoint now);

    [[nodiscard]] bool may_be_asked(TimePoint now) const { return retry_at_ <= now; }
    /// How many chunks of so many bytes it may have in flight.
    [[nodiscard]] std::uint32_t window(std::uint32_t chunk_size) const;
    /// Bytes a second.
    [[nodiscard]] double rate() const { return rate_ > 0 ? rate_ : options_.assumed_rate; }
    /// How long a request may take in all, however slowly its bytes come, where the source is late.
    [[nodiscard]] Duration patience_with(Duration expected) const;
    /// When so many bytes would be here, behind what is in flight.
    [[nodiscard]] double seconds_to_deliver(std::uint32_t bytes) const;
    /// The same on the clock: a day at most, for a rate near nothing must not overflow it.
    [[nodiscard]] Duration time_to_deliver(std::uint32_t bytes) const;
    /// Nothing has come for much longer than what is in flight should take, and for a second at least.
    [[nodiscard]] bool is_late(TimePoint now) const
    {
        // Asked of each source for each chunk: nearly always this says it.
        return requests_ > 0 && now - last_progress_ > least_lateness && is_overdue(now);
    }
    [[nodiscard]] std::uint32_t requests() const { return requests_; }
    [[nodiscard]] std::uint64_t bytes_in_flight() const { return bytes_; }

private:
    static constexpr std::chrono::seconds least_lateness{1};

    [[nodiscard]] bool is_overdue(TimePoint now) const;

    double rate_ = 0;            // an exponential average; 0: not measured yet
    TimePoint last_progress_{};  // a chunk arrived, or the first request of a row went out
    TimePoint retry_at_{};
    std::uint32_t requests_ = 0;
    std::uint32_t failures_ = 0;  // in a row
    std::uint64_t bytes_ = 0;     // in flight
    TimePoint sample_start_{};    // of the bytes that the next measurement is made of
    std::uint64_t sample_bytes_ = 0;
    std::uint32_t stalls_ = 0;      // in a row
    std::uint32_t elsewheres_ = 0;  // in a row
    PaceOptions options_;
};

}  // namespace lanspread::swarm
