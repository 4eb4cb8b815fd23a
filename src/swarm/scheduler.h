#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <vector>

#include <boost/container/flat_map.hpp>

#include "base/clock.h"
#include "base/digest.h"
#include "swarm/chunk_set.h"
#include "swarm/piece_availability.h"
#include "swarm/source_pace.h"

namespace lanspread::swarm {

/// A chunk that is to be asked of a source, or was.
struct ChunkRequest {
    PeerId source;
    std::uint32_t chunk = 0;

    auto operator<=>(const ChunkRequest&) const = default;
};

struct Assignment {
    ChunkRequest request;
    TimePoint deadline;  ///< for its first byte: then it is to be given up as ChunkFailure::stalled
};

enum class ChunkFailure {
    stalled,    ///< nothing came in time
    lost,       ///< the request failed; the next one may not
    missing,    ///< the source does not have what it said that it has: a partial holder only this chunk
    elsewhere,  ///< the source is busy with chunks that nobody else has, and gave this one to somebody else
};

struct SchedulerOptions {
    PaceOptions pace;
    /// Of all sources that are not late: what the buffers may take.
    std::uint64_t max_bytes_in_flight = 64ULL * 1024 * 1024;
    /// How long a source is not asked again for a chunk that it sent us elsewhere for.
    std::chrono::milliseconds elsewhere_pause{500};
    std::uint64_t seed = 0;
};

/// Decides which chunk is asked of whom, and when. Pure: told what happened and what time it is, it says what
/// to do; it owns no clock, no thread and no byte. One download has one. The rules:
///
/// 1. *Pull.* A source has as many requests in flight as it delivers in `pace.window` at its measured rate,
///    one at least; an idle slot takes the next chunk. What waits in a queue at a source is what this peer
///    could have had, and passed on, from somewhere else; a queue that is too short lets the wire idle.
/// 2. *Rarest first.* Of the chunks that are wanted and that the source has, the one that the fewest
///    downloaders have (PieceAvailability). So nothing hangs on one peer for long, and a complete holder is
///    asked for what nobody has yet.
/// 3. *In a row.* Of those that are equally rare, the one after the last that was asked of the source, else
///    one at random: in a row because disks on both sides like it, at random because peers that ask at the
///    same time shall ask for different chunks.
/// 4. *Slow sources.* A source is given a chunk only if it can deliver it before all sources together are
///    done with everything, or if no other would deliver it sooner.
/// 5. *End game.* When all is asked for, or a source is late with what it was asked for, an idle source is
///    given the chunk that would take longest where it is now, if it is here in half of that time and that
///    saves more than `pace.window`. Whoever is first wins, the other request is given up. (The term is that
///    of BEP 3, which asks everybody: that costs the wire what we want to save.)
/// 6. *Failures.* Wrong bytes: never again. Nothing in time, or an error: the chunk goes back, and the source
///    is left alone for a while that doubles, then tried with one request and a longer deadline; so a single
///    bad source is tried for ever. Sent elsewhere: this source is asked for other chunks meanwhile.
class Scheduler {
public:
    /// `sizes` in bytes, by chunk. `verified` are here already.
    Scheduler(std::vector<std::uint32_t> sizes, ChunkSet verified, SchedulerOptions options);

    /// A source that has the chunks `has`: a complete holder, if that is all. One that lied is ignored; one
    /// that is known may have become complete.
    void source_joined(const PeerId& source, ChunkSet has);
    /// It has these, too. Numbers past the last chunk must have been refused before.
    void source_has(const PeerId& source, std::span<const std::uint32_t> chunks);
    /// Returns its requests, which are to be given up.
    std::vector<ChunkRequest> source_left(const PeerId& source);
    /// It sent wrong bytes, or said that it has chunks that there are not: the same, and it never joins
    /// again.
    std::vector<ChunkRequest> source_lied(const PeerId& source);

    /// What to ask for now, at most `max`. To be called after each event, and a few times a second.
    [[nodiscard]] std::vector<Assignment> next(TimePoint now, std::size_t max = SIZE_MAX);

    /// The chunk arrived, was right and was written. Returns the requests that are no longer needed.
    std::vector<ChunkRequest> chunk_verified(const ChunkRequest& request, TimePoint now);
    /// A request that was given up already is ignored.
    void chunk_failed(const ChunkRequest& request, ChunkFailure failure, TimePoint now);
    /// Returns the requests that take far too long although their bytes come, drop by drop; they have ended
    /// as stalled, and are to be given up. To be called a few times a second.
    std::vector<ChunkRequest> give_up_overdue(TimePoint now);
    /// A question about parts of chunks, which is none of the requests, was not answered in time: the source
    /// is left alone as after a stalled request.
    void source_stalled(const PeerId& source, TimePoint now);
    /// The request ended for a reason of ours; the source is not blamed.
    void chunk_returned(const ChunkRequest& request);

    /// The chunk, of which no request is in flight, is being had in another way: nobody is asked for it.
    void set_aside(std::uint32_t chunk);
    /// It is to be asked for after all. Fine where it was not set aside.
    void put_back(std::uint32_t chunk);
    /// It was had in another way, was right and was written.
    void chunk_found(std::uint32_t chunk);
    /// The sources that have the chunk and may be asked now.
    [[nodiscard]] std::vector<PeerId> sources_of(std::uint32_t chunk, TimePoint now) const;
    [[nodiscard]] bool source_has(const PeerId& source, std::uint32_t chunk) const;

    [[nodiscard]] bool is_complete() const { return verified_.is_full(); }
    /// Something is in flight, or a source has something that is wanted.
    [[nodiscard]] bool can_go_on() const;
    [[nodiscard]] const ChunkSet& verified() const { return verified_; }
    [[nodiscard]] std::uint64_t bytes_verified() const { return bytes_verified_; }
    [[nodiscard]] std::uint64_t bytes_in_flight() const { return bytes_in_flight_; }
    [[nodiscard]] std::uint32_t requests_in_flight(const PeerId& source) const;
    [[nodiscard]] std::size_t source_count() const { return sources_.size(); }
    /// How many requests the source may have in flight; 0 where it is not known.
    [[nodiscard]] std::uint32_t window_of(const PeerId& source) const;

private:
    struct Deferred {
        TimePoint until;
        std::uint32_t chunk = 0;
    };
    struct Source {
        PeerId id;
        SourcePace pace;
        bool is_complete;                  // when it joined; then it does not count in the availability
        bool is_exhausted = false;         // nothing in `has` is wanted; to spare the search
        std::uint32_t cursor = 0;          // where its row goes on
        ChunkSet has;                      // what may be asked of it
        std::vector<Deferred> deferred{};  // chunks that it has and that are not in `has` for a while
    };
    struct Flight {
        ChunkRequest request;
        Source* source;
        TimePoint started;
        TimePoint expected;  // when it should be here, by the rate at its start
    };
    /// A flight that the end game may ask for again.
    struct Rescue {
        Flight flight;
        double remaining;  // seconds until it should be here
    };
    /// What is the same for all choices of one `next`.
    struct Outlook {
        TimePoint now;
        double seconds_to_end = 0;     // until all sources together are done with everything
        std::uint64_t bytes_late = 0;  // in flight from sources that are late
        std::vector<Rescue> rescues{};
        std::vector<Source*> idle{};  // have a slot and perhaps something to fill it with; in turn
    };

    [[nodiscard]] Outlook outlook(TimePoint now) const;
    [[nodiscard]] std::vector<Rescue> rescues(bool is_end, TimePoint now) const;
    [[nodiscard]] bool has_slot(const Source& source, TimePoint now) const;
    [[nodiscard]] std::optional<std::uint32_t> choose(Source& source, const Outlook& outlook);
    [[nodiscard]] std::optional<std::uint32_t> choose_again(const Source& source,
                                                            const Outlook& outlook) const;
    [[nodiscard]] bool is_worth_giving(const Source& source, std::uint32_t chunk,
                                       const Outlook& outlook) const;
    [[nodiscard]] Assignment assign(Source& source, std::uint32_t chunk, TimePoint now);
    void undefer(TimePoint now);
    [[nodiscard]] std::uint32_t random_chunk();
    void want(std::uint32_t chunk);
    void want_no_more(std::uint32_t chunk);
    void uncount(const Source& source);
    [[nodiscard]] std::size_t flights_of(std::uint32_t chunk) const;
    [[nodiscard]] bool is_on_its_way(const Flight& flight, const Source& source, TimePoint now) const;
    /// Takes the flights of which `gone` is true off the books; chunks that nobody fetches any more are
    /// wanted again.
    std::vector<ChunkRequest> drop_flights(const std::function<bool(const Flight&)>& gone);

    std::vector<std::uint32_t> sizes_;
    SchedulerOptions options_;
    std::mt19937_64 random_;
    ChunkSet verified_;
    ChunkSet set_aside_;
    PieceAvailability availability_;  // wanted: neither verified nor in flight
    std::uint32_t largest_;           // bytes of the largest chunk
    std::uint64_t bytes_verified_ = 0;
    std::uint64_t bytes_wanted_ = 0;
    std::uint64_t bytes_in_flight_ = 0;
    boost::container::flat_map<PeerId, std::unique_ptr<Source>> sources_;
    PeerId last_given_;                          // the source whose turn was last
    TimePoint next_undefer_ = TimePoint::max();  // before it no deferred chunk may be asked for
    std::set<PeerId> liars_;
    std::vector<Flight> flights_;  // some hundred at most: looked through, not indexed
};

}  // namespace lanspread::swarm
