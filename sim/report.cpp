#include "sim/report.h"

#include <algorithm>

#include <fmt/format.h>

namespace lanspread::sim {

namespace {

std::string ratio(double seconds, double limit) { return fmt::format("{:.3f}", seconds / limit); }

}  // namespace

std::string heading()
{
    return fmt::format(
        "{:<15} {:>6} {:>7} {:>8}  {:>6} {:>6} {:>6} {:>6}  {:>6} {:>7} {:>7} {:>6}  {:>8} {:>8} {:>8} {:>7}",
        "scenario", "seed", "chunks", "limit s", "first", "median", "last", "exists", "copies", "redund%",
        "elsewh.", "stalls", "us/chunk", "queue us", "MB/peer", "run s");
}

std::string row(const Scenario& scenario, const Outcome& outcome, const Cost& cost)
{
    const auto limit = limit_of(scenario).seconds();
    const auto times = times_of(scenario, outcome);
    const auto size = static_cast<double>(scenario.chunks) * scenario.chunk_size;
    double redundant = 0;
    std::uint64_t elsewhere = 0;
    std::uint64_t stalls = 0;
    for (const auto& peer : outcome.peers) {
        redundant += static_cast<double>(peer.bytes_redundant);
        elsewhere += peer.elsewhere;
        stalls += peer.stalls;
    }
    const auto fetched = static_cast<double>(std::max<std::size_t>(times.finished.size(), 1)) * size;
    const auto chunks = fetched / scenario.chunk_size;
    const auto peers = static_cast<double>(scenario.peers.size());
    // The outcome has real time; this process had only a part of it.
    const auto cpu_part = cost.seconds > 0 ? cost.cpu_seconds / cost.seconds : 1;
    const auto exists = outcome.everything_exists == Duration::max()
                            ? std::string("-")
                            : ratio(std::chrono::duration<double>(outcome.everything_exists).count(),
                                    limit_of(scenario).source);
    auto line = fmt::format("{:<15} {:>6} {:>7} {:>8.1f}  ", scenario.name, scenario.options.seed,
                            scenario.chunks, limit);
    if (times.finished.empty()) {
        line += fmt::format("{:>6} {:>6} {:>6} ", "-", "-", "-");
    } else {
        line += fmt::format("{:>6} {:>6} {:>6} ", ratio(times.finished.front(), limit),
                            ratio(times.finished[times.finished.size() / 2], limit),
                            ratio(times.finished.back(), limit));
    }
    line +=
        fmt::format("{:>6}  {:>6.3f} {:>7.2f} {:>7} {:>6}  {:>8.2f} {:>8.2f} {:>8.2f} {:>7.1f}", exists,
                    copies_of(scenario, outcome), 100 * redundant / fetched, elsewhere, stalls,
                    outcome.scheduler_seconds * cpu_part * 1e6 / chunks,
                    outcome.queue_seconds * cpu_part * 1e6 / chunks, cost.bytes / 1e6 / peers, cost.seconds);
    if (times.unfinished > 0) {
        line += fmt::format("  {} unfinished", times.unfinished);
    }
    return line;
}

std::string heading_of_timeline()
{
    return fmt::format("    {:>8} {:>7} {:>10} {:>10} {:>9} {:>6} {:>8}", "until s", "fetched", "sources up",
                       "others up", "down", "fresh", "repeated");
}

std::string row_of_timeline(const Sample& sample)
{
    return fmt::format("    {:>8.2f} {:>6.1f}% {:>9.1f}% {:>9.1f}% {:>8.1f}% {:>6} {:>8}",
                       std::chrono::duration<double>(sample.until).count(), 100 * sample.fetched,
                       100 * sample.sources_up, 100 * sample.downloaders_up, 100 * sample.downloaders_down,
                       sample.fresh, sample.repeated);
}

}  // namespace lanspread::sim
