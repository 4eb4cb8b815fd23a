#include "sim/scenario.h"

#include <algorithm>
#include <cmath>

#include "sim/random.h"

namespace lanspread::sim {

namespace {

/// Above this, connections are too many for FairNetwork.
constexpr std::size_t most_fair_peers = 48;

double bytes_per_second(double megabits) { return megabits * 1e6 / 8; }

Duration seconds(double count)
{
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
}

LinkRates symmetric(double rate) { return {rate, rate}; }

/// Seconds that one link takes for everything.
double seconds_of_one(const Scenario& scenario)
{
    const auto size = static_cast<double>(scenario.chunks) * scenario.chunk_size;
    return size / scenario.peers.back().link.down;
}

void arrange_same(Scenario&, Random&) {}

void arrange_late(Scenario& scenario, Random&)
{
    scenario.peers.back().joins = seconds(seconds_of_one(scenario) / 2);
}

void arrange_trickle(Scenario& scenario, Random& random)
{
    for (auto& peer : scenario.peers) {
        peer.joins = peer.is_source ? Duration{} : seconds(random.between(0, seconds_of_one(scenario)));
    }
}

void arrange_source_leaves(Scenario& scenario, Random&)
{
    scenario.peers.front().departures = {{.when_everything_exists = true}};
}

void arrange_source_returns(Scenario& scenario, Random&)
{
    const auto away = seconds(seconds_of_one(scenario) / 2);
    scenario.peers.front().departures = {{.when_fetched = 0.3, .away = away}};
}

void arrange_liar(Scenario& scenario, Random&) { scenario.peers.back().behaviour = Behaviour::liar; }

void arrange_lying_source(Scenario& scenario, Random&)
{
    auto liar = scenario.peers.front();
    liar.behaviour = Behaviour::liar;
    scenario.peers.push_back(liar);
}

void arrange_mute(Scenario& scenario, Random&) { scenario.peers.back().behaviour = Behaviour::mute; }

void arrange_straggler(Scenario& scenario, Random&)
{
    auto& link = scenario.peers.back().link;
    link = symmetric(link.down / 10);
}

void arrange_slow_source(Scenario& scenario, Random&)
{
    auto slow = scenario.peers.front();
    slow.link = symmetric(slow.link.up / 10);
    scenario.peers.push_back(slow);
}

void arrange_fast_source(Scenario& scenario, Random&)
{
    scenario.peers.front().link = symmetric(scenario.peers.front().link.up * 10);
}

void arrange_four_sources(Scenario& scenario, Random&)
{
    for (int count = 0; count < 3; ++count) {
        scenario.peers.insert(scenario.peers.begin(), scenario.peers.front());
    }
}

void arrange_slow_uplinks(Scenario& scenario, Random&)
{
    for (auto& peer : scenario.peers) {
        peer.link.up /= peer.is_source ? 1 : 10;
    }
}

/// Every downloader vanishes once, for a while, a third of them with a goodbye.
void arrange_churn(Scenario& scenario, Random& random)
{
    const auto whole = seconds_of_one(scenario);
    for (auto& peer : scenario.peers) {
        if (!peer.is_source) {
            peer.departures = {{.at = seconds(random.between(0.1, 1) * whole),
                                .away = seconds(random.between(0.05, 0.5) * whole),
                                .says_goodbye = random.happens(1.0 / 3)}};
        }
    }
}

/// Everything at once, by chance; at least one honest source stays.
void arrange_mixed(Scenario& scenario, Random& random)
{
    const auto whole = seconds_of_one(scenario);
    const auto rate = scenario.peers.front().link.up;
    for (auto& peer : scenario.peers) {
        const auto up = rate * std::exp2(random.between(-3, 3));
        const auto down = rate * std::exp2(random.between(-3, 3));
        peer.link = random.happens(0.5) ? LinkRates{up, down} : symmetric(rate);
        if (peer.is_source) {
            continue;
        }
        peer.joins = random.happens(0.3) ? seconds(random.between(0, 2 * whole)) : Duration{};
        peer.is_source = random.happens(0.15);
        peer.behaviour = random.happens(0.1)   ? Behaviour::liar
                         : random.happens(0.1) ? Behaviour::mute
                                               : Behaviour::honest;
        while (random.happens(0.3)) {
            peer.departures.push_back(
                {.at = seconds(random.between(0, 3 * whole)),
                 .away = random.happens(0.2) ? Duration::max() : seconds(random.between(0, whole)),
                 .says_goodbye = random.happens(0.5)});
        }
    }
}

struct Kind {
    ScenarioKind kind;
    void (*arrange)(Scenario&, Random&);
};

constexpr Kind kinds[] = {
    {{"same", "all downloaders start together"}, arrange_same},
    {{"late", "the last downloader joins when the others are half way"}, arrange_late},
    {{"trickle", "downloaders join by chance, within the time that one needs"}, arrange_trickle},
    {{"source-leaves", "the source vanishes when each chunk is somewhere else"}, arrange_source_leaves},
    {{"source-returns", "the source vanishes at 30 % and comes back later"}, arrange_source_returns},
    {{"liar", "one downloader sends wrong bytes"}, arrange_liar},
    {{"lying-source", "a second source sends wrong bytes"}, arrange_lying_source},
    {{"mute", "one downloader never answers"}, arrange_mute},
    {{"straggler", "one downloader has a tenth of the rate"}, arrange_straggler},
    {{"slow-source", "a second source has a tenth of the rate"}, arrange_slow_source},
    {{"fast-source", "the source has ten times the rate"}, arrange_fast_source},
    {{"four-sources", "four sources"}, arrange_four_sources},
    {{"slow-uplinks", "downloaders send at a tenth of what they receive at"}, arrange_slow_uplinks},
    {{"churn", "every downloader vanishes once and comes back"}, arrange_churn},
    {{"mixed", "rates, lies, silence, departures and late joiners by chance"}, arrange_mixed},
};

}  // namespace

const std::vector<ScenarioKind>& scenario_kinds()
{
    static const auto listed = [] {
        std::vector<ScenarioKind> names;
        for (const auto& kind : kinds) {
            names.push_back(kind.kind);
        }
        return names;
    }();
    return listed;
}

std::optional<Scenario> make_scenario(const ScenarioRequest& request)
{
    const auto found =
        std::ranges::find(kinds, request.name, [](const Kind& kind) { return kind.kind.name; });
    if (found == std::end(kinds)) {
        return std::nullopt;
    }
    Scenario scenario{.name = request.name};
    scenario.chunks = std::max(1U, static_cast<std::uint32_t>(request.gigabytes * 1e9 / scenario.chunk_size));
    scenario.options.seed = request.seed;
    const auto source_rate = request.source_rate > 0 ? request.source_rate : request.rate;
    scenario.peers.push_back({.link = symmetric(bytes_per_second(source_rate)), .is_source = true});
    scenario.peers.insert(scenario.peers.end(), request.downloaders,
                          {.link = symmetric(bytes_per_second(request.rate))});
    Random random(request.seed);
    found->arrange(scenario, random);
    if (scenario.peers.size() > most_fair_peers) {
        scenario.options.network = NetworkModel::queued;
        scenario.options.pondering = std::chrono::milliseconds(50);
    }
    return scenario;
}

}  // namespace lanspread::sim
