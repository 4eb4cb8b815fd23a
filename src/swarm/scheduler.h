#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "swarm/chunk_set.h"

namespace lanspread::swarm {

/// A chunk that is to be asked of a source, or was.
struct ChunkRequest {
    PeerId source;
    std::uint32_t chunk = 0;

    auto operator<=>(const ChunkRequest&) const = default;
};

struct Assignment {
    ChunkRequest request;
    TimePoint deadline;  ///< when to give the request up: ChunkFailure::stalled
};

enum class ChunkFailure {
    corrupt,  ///< wrong bytes: nothing more is asked of this source, ever
    stalled,  ///< nothing came in time
    lost,     ///< the request failed; the next one may not
    missing,  ///< the source no longer has what it said that it has
};

struct SchedulerOptions {
    std::chrono::milliseconds window{250};  ///< how long a source could go on without hearing from us
    std::uint32_t min_requests = 2;         ///< per source, so that the wire does not idle between two
    std::uint32_t max_requests = 64;        ///< per source
    std::uint64_t max_bytes_in_flight = 64ULL * 1024 * 1024;  ///< of all sources: what the buffers may take
    double assumed_rate = 8.0 * 1024 * 1024;  ///< bytes a second, of a source that is not measured yet
    std::chrono::milliseconds min_deadline{8000};
    std::chrono::milliseconds first_backoff{500};
    std::chrono::milliseconds max_backoff{8000};
    std::chrono::milliseconds missing_backoff{30000};
    std::uint64_t seed = 0;
};

/// Decides which chunk is asked of whom, and when. Pure: told what happened and what time it is, it says what
/// to do; it owns no clock, no thread and no byte. One download has one. The rules:
///
/// 1. *Pull.* A source has as many requests in flight as it delivers in `window` at its measured rate (an
///    exponential average), at least min_requests and at most max_requests; an idle slot takes the next
///    chunk. A longer queue at the source would only make the end late; a shorter one lets the wire idle.
/// 2. *Which chunk.* Each source walks through the chunks in order, from a random start of its own: in order
///    because disks on both sides like runs, at random because peers that fetch at the same time shall hold
///    different chunks.
/// 3. *Slow sources.* A source is given a chunk only if it can deliver it before all sources together are
///    done with everything, or if no other would deliver it sooner.
/// 4. *End game.* When all is asked for, an idle source is given the chunk that would take longest where it
///    is now, if that saves more than `window`. Whoever is first wins, the other request is given up. (The
///    term is that of BEP 3, which asks everybody: that costs the wire what we want to save.)
/// 5. *Failures.* Wrong bytes: never again. Nothing in time, or an error: the chunk goes back, and the source
///    is left alone for a while that doubles, then tried with one request and a longer deadline; so a single
///    bad source is tried for ever.
class Scheduler {
public:
    /// `sizes` in bytes, by chunk. `verified` are here already.
    Scheduler(std::vector<std::uint32_t> sizes, ChunkSet verified, SchedulerOptions options);

    /// A source that has the chunks `has`. One that is known, or sent wrong bytes, is ignored.
    void source_joined(const PeerId& source, ChunkSet has);
    /// Returns its requests, which are to be given up.
    std::vector<ChunkRequest> source_left(const PeerId& source);

    /// What to ask for now. To be called after each event, and a few times a second.
    [[nodiscard]] std::vector<Assignment> next(TimePoint now);

    /// The chunk arrived, was right and was written. Returns the requests that are no longer needed.
    std::vector<ChunkRequest> chunk_verified(const ChunkRequest& request, TimePoint now);
    /// Returns the requests that are to be given up with it. A request that was given up already is ignored.
    std::vector<ChunkRequest> chunk_failed(const ChunkRequest& request, ChunkFailure failure, TimePoint now);
    /// The request ended for a reason of ours; the source is not blamed.
    void chunk_returned(const ChunkRequest& request);

    [[nodiscard]] bool is_complete() const { return verified_.is_full(); }
    [[nodiscard]] const ChunkSet& verified() const { return verified_; }
    [[nodiscard]] std::uint64_t bytes_verified() const { return bytes_verified_; }
    [[nodiscard]] std::uint64_t bytes_in_flight() const { return bytes_in_flight_; }
    [[nodiscard]] std::uint32_t requests_in_flight(const PeerId& source) const;
    [[nodiscard]] std::size_t source_count() const { return sources_.size(); }
    /// How many requests the source may have in flight; 0 where it is not known.
    [[nodiscard]] std::uint32_t window_of(const PeerId& source) const;

private:
    struct Source {
        ChunkSet has;
        std::uint32_t cursor = 0;  // where its walk goes on
        double rate = 0;           // bytes a second; 0: not measured yet
        TimePoint sample_start{};  // of the bytes that the next measurement is made of
        std::uint64_t sample_bytes = 0;
        TimePoint last_progress{};  // a chunk arrived, or the first request of a row went out
        std::uint32_t requests = 0;
        std::uint64_t bytes = 0;     // in flight
        std::uint32_t failures = 0;  // in a row
        std::uint32_t stalls = 0;    // in a row
        TimePoint retry_at{};
    };
    struct Flight {
        ChunkRequest request;
        TimePoint started;
        TimePoint expected;  // when it should be here, by the rate at its start
    };

    [[nodiscard]] double rate(const Source& source) const;
    [[nodiscard]] std::uint32_t window(const Source& source) const;
    [[nodiscard]] double seconds_to_deliver(const Source& source, std::uint32_t chunk) const;
    [[nodiscard]] bool is_late(const Source& source, TimePoint now) const;
    [[nodiscard]] bool is_worth_giving(const PeerId& id, const Source& source, std::uint32_t chunk,
                                       TimePoint now) const;
    [[nodiscard]] std::optional<std::uint32_t> choose(const PeerId& id, Source& source, TimePoint now);
    [[nodiscard]] std::optional<std::uint32_t> choose_again(const PeerId& id, const Source& source,
                                                            TimePoint now) const;
    [[nodiscard]] Assignment assign(const PeerId& id, Source& source, std::uint32_t chunk, TimePoint now);
    void measure(Source& source, std::uint32_t bytes, TimePoint now);
    void back_off(Source& source, std::chrono::milliseconds at_least, TimePoint now);
    [[nodiscard]] bool is_in_flight(std::uint32_t chunk) const;
    /// Takes the flights of which `gone` is true off the books; chunks that nobody fetches any more are
    /// wanted again.
    template <class Predicate>
    std::vector<ChunkRequest> drop_flights(Predicate gone);

    std::vector<std::uint32_t> sizes_;
    SchedulerOptions options_;
    std::mt19937_64 random_;
    ChunkSet verified_;
    ChunkSet wanted_;        // neither verified nor in flight
    std::uint32_t largest_;  // bytes of the largest chunk
    std::uint64_t bytes_verified_ = 0;
    std::uint64_t bytes_wanted_ = 0;
    std::uint64_t bytes_in_flight_ = 0;
    std::map<PeerId, Source> sources_;
    std::set<PeerId> liars_;
    std::vector<Flight> flights_;  // some hundred at most: looked through, not indexed
};

}  // namespace lanspread::swarm
