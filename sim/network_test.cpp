#include "sim/network.h"

#include <algorithm>
#include <map>
#include <memory>

#include <gtest/gtest.h>

#include "sim/fair_network.h"
#include "sim/queued_network.h"
#include "sim/random.h"
#include "sim/scenario.h"

namespace lanspread::sim {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

std::unique_ptr<Network> make(NetworkModel model, const std::vector<LinkRates>& links)
{
    if (model == NetworkModel::fair) {
        return std::make_unique<FairNetwork>(links);
    }
    return std::make_unique<QueuedNetwork>(links);
}

/// When each transfer ends, in seconds after the start, until nothing is on its way or `limit` is over.
std::map<TransferId, double> run(Network& network, Duration limit = 1h)
{
    std::map<TransferId, double> ends;
    while (network.next_end() <= start + limit) {
        const auto now = network.next_end();
        std::vector<TransferId> ended;
        network.take_ended(now, ended);
        for (const auto transfer : ended) {
            ends[transfer] = std::chrono::duration<double>(now - start).count();
        }
    }
    return ends;
}

/// What both models must do.
class AnyNetwork : public testing::TestWithParam<NetworkModel> {};

TEST_P(AnyNetwork, carries_a_chunk_at_the_slower_of_the_two_links)
{
    const auto network = make(GetParam(), {{1000, 1000}, {500, 500}});
    const auto there = network->start(0, 1, 1000, start);
    EXPECT_NEAR(run(*network)[there], 2, 1e-6);
    const auto back = network->start(1, 0, 1000, start + 1h);
    EXPECT_NEAR(run(*network, 2h)[back], 3602, 1e-6);
}

TEST_P(AnyNetwork, shares_the_senders_link)
{
    const auto network = make(GetParam(), {{1000, 1000}, {1000, 1000}, {1000, 1000}});
    const auto one = network->start(0, 1, 1000, start);
    const auto other = network->start(0, 2, 1000, start);
    auto ends = run(*network);
    EXPECT_NEAR(std::max(ends[one], ends[other]), 2, 1e-6);
}

TEST_P(AnyNetwork, shares_the_receivers_link)
{
    const auto network = make(GetParam(), {{1000, 1000}, {1000, 1000}, {1000, 1000}});
    const auto one = network->start(0, 2, 1000, start);
    const auto other = network->start(1, 2, 1000, start);
    auto ends = run(*network);
    EXPECT_NEAR(std::max(ends[one], ends[other]), 2, 1e-6);
}

TEST_P(AnyNetwork, gives_a_link_to_those_that_remain)
{
    const auto network = make(GetParam(), {{1000, 1000}, {1000, 1000}, {1000, 1000}});
    const auto given_up = network->start(0, 1, 1000, start);
    const auto other = network->start(0, 2, 1000, start);
    const auto carried = network->cancel(given_up, start + 500ms);
    EXPECT_GT(carried, 249);
    EXPECT_LT(carried, 501);
    EXPECT_NEAR(run(*network)[other], (1000 + carried) / 1000, 1e-6);
}

TEST_P(AnyNetwork, lets_chunks_wait_while_a_cable_is_out)
{
    const auto network = make(GetParam(), {{1000, 1000}, {1000, 1000}});
    const auto transfer = network->start(0, 1, 1000, start);
    network->set_link(1, {0, 0}, start + 500ms);
    network->set_link(0, {0, 0}, start + 500ms);
    EXPECT_EQ(run(*network).size(), 0U);
    network->set_link(0, {1000, 1000}, start + 2h);
    network->set_link(1, {1000, 1000}, start + 2h);
    EXPECT_NEAR(run(*network, 3h)[transfer], 7200.5, 1e-3);
}

TEST_P(AnyNetwork, never_carries_more_than_the_links_can)
{
    constexpr std::size_t peers = 6;
    constexpr double chunk = 1000;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        std::vector<LinkRates> links;
        for (std::size_t peer = 0; peer < peers; ++peer) {
            links.push_back({random.between(100, 10000), random.between(100, 10000)});
        }
        const auto network = make(GetParam(), links);
        std::vector<LinkBytes> asked(peers);
        for (int count = 0; count < 200; ++count) {
            const auto from = static_cast<PeerIndex>(random.below(peers));
            const auto to = static_cast<PeerIndex>((from + 1 + random.below(peers - 1)) % peers);
            std::ignore = network->start(from, to, static_cast<std::uint32_t>(chunk), start);
            asked[from].up += chunk;
            asked[to].down += chunk;
        }
        const auto ends = run(*network);
        ASSERT_EQ(ends.size(), 200U) << "seed " << seed;
        const auto last =
            std::ranges::max_element(ends, {}, [](const auto& end) { return end.second; })->second;
        double least = 0;
        for (std::size_t peer = 0; peer < peers; ++peer) {
            least = std::max({least, asked[peer].up / links[peer].up, asked[peer].down / links[peer].down});
        }
        EXPECT_GE(last, least - 1e-6) << "seed " << seed;
        EXPECT_LE(last, 2 * least) << "seed " << seed;
    }
}

INSTANTIATE_TEST_SUITE_P(models, AnyNetwork, testing::Values(NetworkModel::fair, NetworkModel::queued),
                         [](const auto& model) {
                             return model.param == NetworkModel::fair ? "fair" : "queued";
                         });

TEST(FairNetwork, gives_what_one_cannot_use_to_the_others)
{
    // 0 sends to 1 and 2; 2 is also sent to by 3, so that half of its link is left for 0; 1 gets the rest.
    FairNetwork network({{1000, 1000}, {1000, 1000}, {400, 400}, {1000, 1000}});
    const auto fast = network.start(0, 1, 800, start);
    const auto slow = network.start(0, 2, 800, start);
    std::ignore = network.start(3, 2, 8000, start);
    auto ends = run(network);
    EXPECT_NEAR(ends[fast], 1, 1e-6);
    EXPECT_NEAR(ends[slow], 4, 1e-6);
}

TEST(FairNetwork, shares_by_connections_and_not_by_chunks)
{
    FairNetwork network({{1000, 1000}, {1000, 1000}, {1000, 1000}});
    std::vector<TransferId> many;
    for (int count = 0; count < 4; ++count) {
        many.push_back(network.start(0, 1, 1000, start));
    }
    const auto single = network.start(0, 2, 1000, start);
    auto ends = run(network);
    EXPECT_NEAR(ends[single], 2, 1e-6);
    EXPECT_NEAR(ends[many[0]], 2, 1e-6);
    EXPECT_NEAR(ends[many[3]], 5, 1e-6);
}

TEST(QueuedNetwork, sends_one_chunk_after_the_other)
{
    QueuedNetwork network({{1000, 1000}, {1000, 1000}, {1000, 1000}});
    const auto first = network.start(0, 1, 1000, start);
    const auto second = network.start(0, 2, 1000, start);
    auto ends = run(network);
    EXPECT_NEAR(ends[first], 1, 1e-6);
    EXPECT_NEAR(ends[second], 2, 1e-6);
}

TEST(QueuedNetwork, passes_over_a_chunk_that_was_given_up_while_it_waited)
{
    QueuedNetwork network({{1000, 1000}, {1000, 1000}, {1000, 1000}});
    std::ignore = network.start(0, 1, 1000, start);
    const auto given_up = network.start(0, 2, 1000, start);
    const auto last = network.start(0, 1, 1000, start);
    EXPECT_EQ(network.cancel(given_up, start + 1ms), 0);
    EXPECT_NEAR(run(network)[last], 2, 1e-6);
}

}  // namespace
}  // namespace lanspread::sim
