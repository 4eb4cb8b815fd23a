#include <sys/resource.h>

#include <cstdio>
#include <ctime>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "sim/report.h"
#include "sim/simulation.h"

namespace {

using namespace lanspread::sim;

/// The most memory that this process ever had, in bytes.
double peak_memory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

struct Arguments {
    ScenarioRequest request;
    unsigned repeat = 1;
    bool all = false;
    std::string network;
    std::vector<std::pair<std::string, double>> settings;
    unsigned sampling_ms = 0;
};

/// Returns whether all settings have a known name.
bool apply(const Arguments& arguments, SimulationOptions& options)
{
    if (!arguments.network.empty()) {
        options.network = arguments.network == "fair" ? NetworkModel::fair : NetworkModel::queued;
    }
    options.sampling = std::chrono::milliseconds(arguments.sampling_ms);
    options.on_sample = [](const Sample& sample) {
        fmt::print("{}\n", row_of_timeline(sample));
        std::fflush(stdout);
    };
    for (const auto& [name, value] : arguments.settings) {
        if (!set_option(options, name, value)) {
            fmt::print(stderr, "lanspread_sim: there is no option {}\n", name);
            return false;
        }
    }
    return true;
}

/// Runs it `repeat` times, with one seed after the other. Returns whether all went as it must.
bool run(Arguments arguments)
{
    bool is_good = true;
    for (unsigned count = 0; count < arguments.repeat; ++count, ++arguments.request.seed) {
        auto scenario = *make_scenario(arguments.request);
        if (!apply(arguments, scenario.options)) {
            return false;
        }
        if (arguments.sampling_ms > 0) {
            fmt::print("{}\n", heading_of_timeline());
        }
        const auto memory = peak_memory();
        const auto cpu_start = std::clock();
        const auto start = lanspread::Clock::now();
        const auto outcome = simulate(scenario);
        const std::chrono::duration<double> took = lanspread::Clock::now() - start;
        const auto cpu = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
        fmt::print("{}\n", row(scenario, outcome, {took.count(), cpu, peak_memory() - memory}));
        for (const auto& violation : outcome.violations) {
            fmt::print("    violated: {}\n", violation);
        }
        std::fflush(stdout);
        is_good = is_good && outcome.violations.empty() && times_of(scenario, outcome).unfinished == 0;
    }
    return is_good;
}

}  // namespace

int main(int argc, char** argv)
{
    Arguments arguments;
    auto& request = arguments.request;
    CLI::App app("Simulates swarms in virtual time, on the real scheduler and upload queue.");
    app.add_option("--peers", request.downloaders, "downloaders")->check(CLI::Range(1, 100000));
    app.add_option("--gigabytes", request.gigabytes, "size of the game, 10^9 bytes")
        ->check(CLI::PositiveNumber);
    app.add_option("--rate", request.rate, "Mbit/s of each link")->check(CLI::PositiveNumber);
    app.add_option("--source-rate", request.source_rate, "Mbit/s of the source's link (as the others)");
    app.add_option("--seed", request.seed, "what chance does; the same seed, the same run");
    app.add_option("--repeat", arguments.repeat, "runs, each with the next seed");
    app.add_option("--network", arguments.network, "how links are shared")
        ->check(CLI::IsMember({"fair", "queued"}));
    app.add_option("--set", arguments.settings, "an option of the peers and its value, durations in ms");
    app.add_option("--timeline-ms", arguments.sampling_ms, "how the links were used, a line for each span");
    app.add_flag("--all", arguments.all, "every scenario");
    auto* scenario = app.add_option("--scenario", request.name, "what happens");
    std::set<std::string> names;
    std::string footer = "Scenarios:\n";
    for (const auto& kind : scenario_kinds()) {
        names.emplace(kind.name);
        footer += fmt::format("  {:<16} {}\n", kind.name, kind.what);
    }
    scenario->check(CLI::IsMember(names));
    footer += "Options for --set:";
    for (const auto& name : option_names()) {
        footer += fmt::format(" {}", name);
    }
    app.footer(footer);
    CLI11_PARSE(app, argc, argv);

    fmt::print("{}\n", heading());
    bool is_good = true;
    if (!arguments.all) {
        is_good = run(arguments);
    } else {
        for (const auto& kind : scenario_kinds()) {
            arguments.request.name = kind.name;
            is_good = run(arguments) && is_good;
        }
    }
    return is_good ? 0 : 1;
}
