#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/network.h"
#include "swarm/scheduler.h"
#include "swarm/upload_queue.h"

namespace lanspread::sim {

/// How a peer answers for what it has.
enum class Behaviour {
    honest,
    liar,  ///< the bytes that it sends are wrong
    mute,  ///< it takes requests and never answers
};

/// A peer leaves, once: at the first of the moments that are given.
struct Departure {
    std::optional<Duration> at;           ///< after the start
    std::optional<double> when_fetched;   ///< the downloaders have this part of all that they want
    bool when_everything_exists = false;  ///< each chunk is somewhere beside the first sources
    Duration away = Duration::max();      ///< then it comes back, with what it had
    bool says_goodbye = false;            ///< else the others notice after SimulationOptions::notice
};

struct PeerPlan {
    LinkRates link;
    bool is_source = false;  ///< has everything at the start; the others want it
    Behaviour behaviour = Behaviour::honest;
    Duration joins{};  ///< after the start
    std::vector<Departure> departures{};
};

enum class NetworkModel {
    fair,    ///< FairNetwork
    queued,  ///< QueuedNetwork
};

struct Sample;

struct SimulationOptions {
    swarm::SchedulerOptions scheduler;
    swarm::UploadOptions upload;
    NetworkModel network = NetworkModel::fair;
    Duration latency = std::chrono::microseconds(300);    ///< of a message, one way
    Duration handling = std::chrono::milliseconds(1);     ///< a chunk that is whole is checked and written
    Duration announcing = std::chrono::milliseconds(50);  ///< at least, from one Have to the next
    Duration notice = std::chrono::seconds(1);            ///< until a peer that vanished is known to be gone
    Duration tick = std::chrono::milliseconds(250);  ///< how often a scheduler is asked if nothing happens
    /// How long a scheduler may wait with what others announced; chunks that arrive make it decide at once.
    Duration pondering{};
    std::uint32_t max_followed = 40;  ///< partial holders that a downloader listens to
    Duration sampling{};              ///< how often `on_sample`, if there is one, is called; 0: never
    std::function<void(const Sample&)> on_sample;
    Duration time_limit = std::chrono::hours(48);
    std::uint64_t seed = 1;
};

/// A swarm and its fate.
struct Scenario {
    std::string name;
    std::uint32_t chunks = 0;
    std::uint32_t chunk_size = 1024 * 1024;  ///< bytes; of all chunks
    std::vector<PeerPlan> peers;
    SimulationOptions options;
};

/// What a person can ask for.
struct ScenarioRequest {
    std::string name = "same";
    std::uint32_t downloaders = 8;
    double gigabytes = 0.314572800;  ///< 10⁹ bytes: 300 chunks
    double rate = 50;                ///< Mbit/s, of every link
    double source_rate = 0;          ///< Mbit/s; 0: as the others
    std::uint64_t seed = 1;
};

/// Sets an option by its name (`upload.at_least`, `pace.window`, …: those of `option_names`), durations in
/// milliseconds. False where there is no such name.
[[nodiscard]] bool set_option(SimulationOptions& options, std::string_view name, double value);
[[nodiscard]] std::vector<std::string_view> option_names();

/// The names that `make_scenario` knows, with what happens in each.
struct ScenarioKind {
    std::string_view name;
    std::string_view what;
};
[[nodiscard]] const std::vector<ScenarioKind>& scenario_kinds();

/// The scenario of that name; nothing where there is none.
[[nodiscard]] std::optional<Scenario> make_scenario(const ScenarioRequest& request);

}  // namespace lanspread::sim
