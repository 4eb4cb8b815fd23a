#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario.h"

namespace lanspread::sim {

/// What became of one peer.
struct PeerOutcome {
    std::optional<Duration> finished;  ///< after its own start
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_redundant = 0;  ///< that came for nothing: wrong, too late, or given up half way
    std::uint32_t duplicates = 0;       ///< chunks that came whole although they were here already
    std::uint32_t elsewhere = 0;        ///< answers that sent it elsewhere
    std::uint32_t stalls = 0;           ///< requests that it gave up, for nothing came
    std::uint32_t wrong = 0;            ///< chunks of wrong bytes
    std::uint32_t never_asked =
        0;  ///< chunks that a downloader asked nobody for until it finished, or the end
    std::uint64_t max_bytes_in_flight = 0;
    std::uint32_t max_requests = 0;  ///< in flight, to one source
    std::uint32_t max_serving = 0;
    std::size_t max_waiting = 0;  ///< requests of others
};

/// What happened in a span of time, as parts of what the links could carry, and of all chunks.
struct Sample {
    Duration until{};
    double sources_up = 0;        ///< of the first sources, all together
    double downloaders_up = 0;    ///< of those that are here
    double downloaders_down = 0;  ///< of those that are here and have not finished
    double fetched = 0;           ///< of all that is wanted, until then
    std::uint32_t fresh = 0;      ///< chunks that a first source sent for the first time
    std::uint32_t repeated = 0;   ///< chunks that a first source sent although it, or another one, had before
};

struct Outcome {
    std::vector<PeerOutcome> peers;                ///< in the order of the plan
    Duration everything_exists = Duration::max();  ///< each chunk beside the first sources
    Duration ended{};                              ///< when the simulation was over
    std::uint64_t events = 0;
    double scheduler_seconds = 0;         ///< of real time on this machine, all peers
    double queue_seconds = 0;             ///< the same for the upload queues
    std::vector<std::string> violations;  ///< of what must always be true
};

/// The least time in which anybody could do it, in seconds: each downloader's own link, the sources' links
/// that must carry each byte once, and all links up that must carry all copies. Peers that lie, are mute or
/// leave count as if they did not; latency and headers are left out.
struct Limit {
    double downlink = 0;  ///< of the slowest downloader
    double source = 0;
    double uplinks = 0;

    [[nodiscard]] double seconds() const;
};
[[nodiscard]] Limit limit_of(const Scenario& scenario);

/// Times of the honest downloaders that stayed, in seconds since each one's own start, in order; and how many
/// did not finish.
struct Times {
    std::vector<double> finished;
    std::uint32_t unfinished = 0;
};
[[nodiscard]] Times times_of(const Scenario& scenario, const Outcome& outcome);

/// How often the first sources sent the whole.
[[nodiscard]] double copies_of(const Scenario& scenario, const Outcome& outcome);

/// Whether a peer has to finish: an honest downloader that does not go for good.
[[nodiscard]] bool must_finish(const PeerPlan& plan);

}  // namespace lanspread::sim
