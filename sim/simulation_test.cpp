#include "sim/simulation.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/random.h"

/// Whole swarms, by chance and by seed. A failing one names the command that runs it again.
namespace lanspread::sim {
namespace {

/// How many seeds each kind of scenario is run with; the build sets it.
constexpr std::uint64_t seeds = LANSPREAD_SIMULATION_SEEDS;

ScenarioRequest small(std::string_view name, std::uint64_t seed)
{
    constexpr double rates[] = {10, 50, 200, 1000};
    Random random(mixed(seed, 1));
    const auto chunks = 100 + random.below(200);
    return {.name = std::string(name),
            .downloaders = static_cast<std::uint32_t>(2 + random.below(9)),
            .gigabytes = (static_cast<double>(chunks) + 0.5) * 1024 * 1024 / 1e9,
            .rate = rates[random.below(std::size(rates))],
            .seed = seed};
}

std::string command(const ScenarioRequest& request)
{
    return fmt::format("./dev sim --scenario {} --peers {} --gigabytes {:.9f} --rate {} --seed {}",
                       request.name, request.downloaders, request.gigabytes, request.rate, request.seed);
}

/// What the bounds of a kind of scenario are.
struct Bounds {
    double copies = 0;     ///< that the honest first sources send, at most
    double redundant = 0;  ///< part of what was fetched, that came for nothing
};

/// More than these would be a fault of the policy. Where peers vanish or lie, what they had or sent is sent
/// again; where the others send slowly, or sources are many, the first sources may do most of the work.
Bounds bounds_of(std::string_view name, const Scenario& scenario)
{
    const auto downloaders = static_cast<double>(scenario.peers.size());
    if (name == "slow-uplinks" || name == "mixed" || name == "four-sources") {
        return {downloaders + 0.1, 0.15};
    }
    if (name == "churn" || name == "trickle" || name == "mute" || name == "liar" || name == "straggler") {
        return {1.8, 0.05};
    }
    if (name == "same" || name == "source-leaves" || name == "source-returns" || name == "lying-source") {
        return {1.15, 0.02};
    }
    return {1.4, 0.02};
}

class Swarms : public testing::TestWithParam<std::string_view> {};

TEST_P(Swarms, finish_within_their_bounds)
{
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto request = small(GetParam(), seed);
        const auto scenario = *make_scenario(request);
        const auto outcome = simulate(scenario);
        const auto bounds = bounds_of(request.name, scenario);
        const auto& options = scenario.options;
        EXPECT_TRUE(outcome.violations.empty()) << outcome.violations.front() << '\n' << command(request);
        EXPECT_EQ(times_of(scenario, outcome).unfinished, 0U) << command(request);
        EXPECT_LE(copies_of(scenario, outcome), bounds.copies) << command(request);
        double redundant = 0;
        for (std::size_t number = 0; number < outcome.peers.size(); ++number) {
            const auto& peer = outcome.peers[number];
            redundant += static_cast<double>(peer.bytes_redundant);
            if (must_finish(scenario.peers[number])) {
                EXPECT_EQ(peer.never_asked, 0U) << command(request);
            }
            EXPECT_LE(peer.max_bytes_in_flight, options.scheduler.max_bytes_in_flight) << command(request);
            EXPECT_LE(peer.max_requests, options.scheduler.pace.max_requests) << command(request);
        }
        const auto fetched =
            static_cast<double>(scenario.peers.size()) * scenario.chunks * scenario.chunk_size;
        EXPECT_LE(redundant, bounds.redundant * fetched) << command(request);
    }
}

std::vector<std::string_view> kinds()
{
    std::vector<std::string_view> names;
    for (const auto& kind : scenario_kinds()) {
        names.push_back(kind.name);
    }
    return names;
}

INSTANTIATE_TEST_SUITE_P(kinds, Swarms, testing::ValuesIn(kinds()), [](const auto& kind) {
    std::string name(kind.param);
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

Scenario same(std::uint32_t downloaders) { return *make_scenario({.downloaders = downloaders}); }

TEST(Simulation, has_the_same_outcome_for_the_same_seed)
{
    const auto scenario = *make_scenario({.name = "mixed", .seed = 7});
    const auto one = simulate(scenario);
    const auto other = simulate(scenario);
    EXPECT_EQ(one.ended, other.ended);
    EXPECT_EQ(one.events, other.events);
    EXPECT_EQ(copies_of(scenario, one), copies_of(scenario, other));
}

TEST(Simulation, gives_one_downloader_its_link)
{
    const auto scenario = same(1);
    const auto outcome = simulate(scenario);
    const auto times = times_of(scenario, outcome);
    ASSERT_EQ(times.unfinished, 0U);
    EXPECT_GE(times.finished.front(), limit_of(scenario).seconds());
    EXPECT_LE(times.finished.front(), 1.02 * limit_of(scenario).seconds());
    EXPECT_EQ(copies_of(scenario, outcome), 1);
}

TEST(Simulation, gives_eight_downloaders_what_one_would_get)
{
    const auto scenario = same(8);
    const auto outcome = simulate(scenario);
    ASSERT_EQ(times_of(scenario, outcome).unfinished, 0U);
    EXPECT_LE(times_of(scenario, outcome).finished.back(), 1.15 * limit_of(scenario).seconds());
    EXPECT_LE(copies_of(scenario, outcome), 1.15);
}

TEST(Simulation, gives_many_what_both_models_of_the_network_agree_on)
{
    auto scenario = *make_scenario({.downloaders = 20, .gigabytes = 1});
    scenario.options.network = NetworkModel::fair;
    const auto fair = times_of(scenario, simulate(scenario)).finished.back();
    scenario.options.network = NetworkModel::queued;
    const auto queued = times_of(scenario, simulate(scenario)).finished.back();
    EXPECT_NEAR(queued / fair, 1, 0.1);
}

TEST(Simulation, holds_bounds_that_are_tight)
{
    auto scenario = *make_scenario({.rate = 1000});
    scenario.options.scheduler.max_bytes_in_flight = 6ULL * scenario.chunk_size;
    scenario.options.scheduler.pace.max_requests = 3;
    const auto outcome = simulate(scenario);
    EXPECT_EQ(times_of(scenario, outcome).unfinished, 0U);
    EXPECT_TRUE(outcome.violations.empty()) << outcome.violations.front();
    std::uint64_t most_bytes = 0;
    std::uint32_t most_requests = 0;
    for (const auto& peer : outcome.peers) {
        most_bytes = std::max(most_bytes, peer.max_bytes_in_flight);
        most_requests = std::max(most_requests, peer.max_requests);
    }
    EXPECT_EQ(most_bytes, scenario.options.scheduler.max_bytes_in_flight);
    EXPECT_EQ(most_requests, scenario.options.scheduler.pace.max_requests);
}

TEST(Simulation, bans_a_liar_and_fetches_nothing_more_from_it)
{
    const auto scenario = *make_scenario({.name = "lying-source"});
    const auto outcome = simulate(scenario);
    for (std::size_t peer = 0; peer < scenario.peers.size(); ++peer) {
        if (must_finish(scenario.peers[peer])) {
            EXPECT_LE(outcome.peers[peer].wrong, 1U);
            EXPECT_TRUE(outcome.peers[peer].finished);
        }
    }
}

TEST(Simulation, says_so_when_somebody_cannot_finish)
{
    auto scenario = same(2);
    scenario.options.time_limit = std::chrono::hours(1);
    scenario.peers.front().departures = {{.at = std::chrono::seconds(10)}};
    const auto outcome = simulate(scenario);
    EXPECT_EQ(times_of(scenario, outcome).unfinished, 2U);
    EXPECT_GT(outcome.peers.back().never_asked, 0U);
    EXPECT_TRUE(outcome.violations.empty());
}

TEST(Limit, is_the_tightest_of_downlinks_source_and_all_uplinks)
{
    Scenario scenario{.name = "", .chunks = 10, .chunk_size = 100};
    scenario.peers = {{.link = {100, 100}, .is_source = true}, {.link = {50, 200}}, {.link = {50, 100}}};
    const auto limit = limit_of(scenario);
    EXPECT_EQ(limit.downlink, 10);
    EXPECT_EQ(limit.source, 10);
    EXPECT_EQ(limit.uplinks, 10);
    scenario.peers[2].link.down = 20;
    EXPECT_EQ(limit_of(scenario).seconds(), 50);
}

}  // namespace
}  // namespace lanspread::sim
