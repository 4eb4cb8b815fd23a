#include "swarm/progress.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "swarm/peers_fixture.h"

namespace lanspread::swarm {
namespace {

using namespace std::chrono_literals;
using Kind = DownloadEvent::Kind;

class ProgressTest : public ::testing::Test {
protected:
    [[nodiscard]] std::ptrdiff_t told(Kind kind) const
    {
        return std::ranges::count(events_, kind, &DownloadEvent::kind);
    }

    TimePoint start_{1h};
    std::vector<DownloadEvent> events_;
    Progress progress_{GameId::parse("doom").value(),
                       "20240101",
                       {},
                       [this](const auto& event) { events_.push_back(event); },
                       start_};
};

TEST_F(ProgressTest, tells_one_end_and_stays_there)
{
    progress_.enter(DownloadState::failed, "no luck", start_ + 2s);
    progress_.enter(DownloadState::done, "", start_ + 3s);
    progress_.enter(DownloadState::failed, "again", start_ + 3s);
    EXPECT_EQ(events_.size(), 1U);
    const auto status = progress_.status(start_ + 10s);
    EXPECT_EQ(status.state, DownloadState::failed);
    EXPECT_EQ(status.reason, "no luck");
    EXPECT_EQ(status.seconds, 2);
}

TEST_F(ProgressTest, tells_that_all_sources_are_gone_once_for_each_time)
{
    progress_.source_joined(peer(1), "anna", start_);
    progress_.source_joined(peer(2), "ben", start_);
    progress_.source_left(peer(1));
    EXPECT_EQ(told(Kind::all_sources_gone), 0);
    progress_.source_left(peer(2));
    progress_.source_left(peer(2));
    EXPECT_EQ(told(Kind::all_sources_gone), 1);
    progress_.source_joined(peer(2), "ben", start_);
    progress_.source_left(peer(2));
    EXPECT_EQ(told(Kind::all_sources_gone), 2);
}

TEST_F(ProgressTest, tells_that_it_waits_once_while_it_does)
{
    progress_.enter(DownloadState::waiting_for_source, "nobody", start_);
    progress_.enter(DownloadState::waiting_for_source, "still nobody", start_);
    EXPECT_EQ(told(Kind::waiting), 1);
    EXPECT_EQ(progress_.status(start_).reason, "still nobody");
}

TEST_F(ProgressTest, goes_back_only_where_files_have_vanished_and_says_so)
{
    progress_.set_sizes(1000, 400);
    progress_.chunk_verified(peer(1), 100, 500, start_);
    progress_.set_sizes(1000, 500);
    EXPECT_EQ(told(Kind::set_back), 0);
    progress_.set_sizes(1000, 300);
    EXPECT_EQ(progress_.status(start_).bytes_done, 300U);
    ASSERT_EQ(told(Kind::set_back), 1);
    EXPECT_TRUE(events_.back().text.contains("200 B")) << events_.back().text;
}

TEST_F(ProgressTest, tells_each_change_of_state_after_it)
{
    std::vector<DownloadState> states;
    progress_.on_state_change([&] { states.push_back(progress_.state()); });
    progress_.enter(DownloadState::queued, "", start_);
    progress_.enter(DownloadState::running, "", start_);
    progress_.enter(DownloadState::running, "slow", start_);
    progress_.enter(DownloadState::paused, "", start_);
    EXPECT_EQ(states, (std::vector{DownloadState::running, DownloadState::paused}));
    EXPECT_EQ(told(Kind::paused), 1);
}

TEST_F(ProgressTest, measures_the_rate_over_the_last_five_seconds)
{
    progress_.set_sizes(100'000'000, 0);
    progress_.source_joined(peer(1), "anna", start_);
    progress_.enter(DownloadState::running, "", start_);
    std::uint64_t done = 0;
    auto now = start_;
    for (; now < start_ + 10s; now += 100ms) {
        done += 1'000'000 / 10;
        progress_.chunk_verified(peer(1), 100'000, done, now);
    }
    const auto status = progress_.status(now);
    EXPECT_NEAR(status.bytes_per_second, 1e6, 1e5);
    EXPECT_NEAR(status.sources.at(0).bytes_per_second, 1e6, 1e5);
    EXPECT_NEAR(status.eta_seconds, 90, 10);
    EXPECT_EQ(progress_.status(now + 6s).bytes_per_second, 0);
    EXPECT_LT(progress_.status(now + 6s).eta_seconds, 0);
}

TEST_F(ProgressTest, counts_a_chunk_that_came_twice_apart)
{
    progress_.set_sizes(1000, 0);
    progress_.source_joined(peer(1), "bob", start_);
    progress_.chunk_verified(peer(1), 100, 100, start_);
    progress_.chunk_came_twice(100);
    const auto status = progress_.status(start_);
    EXPECT_EQ(status.bytes_fetched, 100U);
    EXPECT_EQ(status.bytes_twice, 100U);
    EXPECT_EQ(status.sources.at(0).bytes, 100U);
}

TEST_F(ProgressTest, shows_those_who_gave_something_also_when_they_are_gone)
{
    progress_.set_sizes(1000, 0);
    progress_.source_joined(peer(1), "zoe", start_);
    progress_.source_joined(peer(2), "anna", start_);
    progress_.source_joined(peer(3), "ben", start_);
    progress_.chunk_verified(peer(1), 100, 100, start_);
    progress_.source_left(peer(1));
    progress_.source_left(peer(2));
    const auto sources = progress_.status(start_).sources;
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_EQ(sources[0].name, "ben");
    EXPECT_EQ(sources[1].name, "zoe");
    EXPECT_EQ(sources[1].bytes, 100U);
}

/// What a download goes through, in any order that can be, and what a person sees of it after each step.
RC_GTEST_FIXTURE_PROP(ProgressTest, is_honest_whatever_happens, ())
{
    constexpr std::uint64_t chunk = 1000;
    const auto chunks = *rc::gen::inRange<std::uint64_t>(1, 50);
    std::uint64_t verified = 0;
    std::uint64_t fetched = 0;
    std::uint64_t shown = 0;
    auto now = start_;
    const auto steps = *rc::gen::inRange(0, 120);
    for (int step = 0; step < steps; ++step) {
        now += std::chrono::milliseconds(*rc::gen::inRange(0, 3000));
        const auto setbacks = told(Kind::set_back);
        const auto who = peer(static_cast<std::uint8_t>(*rc::gen::inRange(1, 4)));
        switch (*rc::gen::inRange(0, 7)) {
            case 0: progress_.source_joined(who, "somebody", now); break;
            case 1: progress_.source_left(who); break;
            case 2: progress_.enter(DownloadState::paused, "", now); break;
            case 3: progress_.enter(DownloadState::waiting_for_source, "nobody", now); break;
            case 4: progress_.enter(DownloadState::running, "", now); break;
            case 5:  // prepared again, and perhaps something has vanished
                verified = std::min(verified, *rc::gen::inRange<std::uint64_t>(0, chunks + 1) * chunk);
                progress_.set_sizes(chunks * chunk, verified);
                break;
            default:
                if (verified < chunks * chunk) {
                    verified += chunk;
                    fetched += chunk;
                    progress_.set_sizes(chunks * chunk, verified - chunk);
                    progress_.chunk_verified(who, chunk, verified, now);
                }
        }
        const auto status = progress_.status(now);
        RC_ASSERT(status.bytes_done == verified);
        RC_ASSERT(status.bytes_done <= status.bytes_total || status.bytes_total == 0);
        RC_ASSERT(status.bytes_fetched == fetched);
        RC_ASSERT(status.bytes_done >= shown || told(Kind::set_back) > setbacks);
        RC_ASSERT(status.state != DownloadState::done);
        RC_ASSERT(status.eta_seconds < 0 || status.state == DownloadState::running);
        RC_ASSERT(status.eta_seconds < 0 || status.bytes_per_second > 0);
        double from_sources = 0;
        for (const auto& source : status.sources) {
            from_sources += static_cast<double>(source.bytes);
        }
        RC_ASSERT(from_sources <= static_cast<double>(fetched));
        shown = status.bytes_done;
    }
}

}  // namespace
}  // namespace lanspread::swarm
