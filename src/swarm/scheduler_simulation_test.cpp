#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "swarm/scheduler.h"

/// Whole downloads in virtual time: sources with rates and faults, on the real scheduler.
namespace lanspread::swarm {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t mebibyte = 1024 * 1024;

Duration seconds(double count)
{
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
}

struct SimulatedSource {
    enum class Kind { honest, liar, mute };

    double rate = 100.0 * mebibyte;  // bytes a second
    Kind kind = Kind::honest;
    Duration leaves = Duration::max();  // after the start
    Duration latency = 1ms;
};

class Simulation {
public:
    Simulation(std::uint32_t chunks, std::vector<SimulatedSource> sources, std::uint64_t seed = 1)
        : sources_(std::move(sources)),
          options_{.seed = seed},
          scheduler_(std::vector(chunks, mebibyte), ChunkSet::none_of(chunks), options_),
          free_at_(sources_.size(), start)
    {
        for (std::size_t index = 0; index < sources_.size(); ++index) {
            scheduler_.source_joined(id(index), ChunkSet::all_of(chunks));
        }
    }

    /// Until all is there, or the time is over.
    void run(Duration limit)
    {
        while (!scheduler_.is_complete() && now_ < start + limit) {
            leave();
            for (const auto& assignment : scheduler_.next(now_)) {
                ask(assignment);
            }
            check();
            advance();
        }
    }

    static PeerId id(std::size_t index)
    {
        PeerId peer;
        peer.bytes[0] = static_cast<std::byte>(index + 1);
        return peer;
    }

    [[nodiscard]] const Scheduler& scheduler() const { return scheduler_; }
    [[nodiscard]] double seconds_taken() const { return std::chrono::duration<double>(now_ - start).count(); }
    [[nodiscard]] std::size_t asked(std::size_t source) const
    {
        const auto found = asked_.find(id(source));
        return found == asked_.end() ? 0 : found->second;
    }
    [[nodiscard]] std::size_t asked_in_all() const
    {
        std::size_t all = 0;
        for (const auto& [source, count] : asked_) {
            all += count;
        }
        return all;
    }
    [[nodiscard]] bool broke_a_bound() const { return broke_a_bound_; }

private:
    struct Event {
        TimePoint time;
        ChunkRequest request;
        bool is_arrival;
    };

    static constexpr TimePoint start{1h};

    void leave()
    {
        for (std::size_t index = 0; index < sources_.size(); ++index) {
            if (now_ >= start + std::min<Duration>(sources_[index].leaves, 1000h)) {
                give_up(scheduler_.source_left(id(index)));
            }
        }
    }

    void ask(const Assignment& assignment)
    {
        const auto index = static_cast<std::size_t>(assignment.request.source.bytes[0]) - 1;
        const auto& source = sources_[index];
        broke_a_bound_ |= scheduler_.verified().contains(assignment.request.chunk);
        ++asked_[assignment.request.source];
        auto& free_at = free_at_[index];
        free_at = std::max(free_at, now_ + source.latency) + seconds(mebibyte / source.rate);
        const bool arrives = source.kind != SimulatedSource::Kind::mute && free_at <= assignment.deadline;
        events_.push_back({arrives ? free_at : assignment.deadline, assignment.request, arrives});
    }

    void advance()
    {
        const auto next = std::ranges::min_element(events_, {}, &Event::time);
        const auto tick = now_ + 250ms;
        if (next == events_.end() || next->time > tick) {
            now_ = tick;
            return;
        }
        const auto event = *next;
        events_.erase(next);
        now_ = std::max(now_, event.time);
        const auto index = static_cast<std::size_t>(event.request.source.bytes[0]) - 1;
        if (!event.is_arrival) {
            give_up(scheduler_.chunk_failed(event.request, ChunkFailure::stalled, now_));
        } else if (sources_[index].kind == SimulatedSource::Kind::liar) {
            give_up(scheduler_.chunk_failed(event.request, ChunkFailure::corrupt, now_));
        } else {
            give_up(scheduler_.chunk_verified(event.request, now_));
        }
    }

    void give_up(const std::vector<ChunkRequest>& requests)
    {
        for (const auto& request : requests) {
            std::erase_if(events_, [&](const Event& event) { return event.request == request; });
        }
    }

    void check()
    {
        broke_a_bound_ |= scheduler_.bytes_in_flight() > options_.max_bytes_in_flight;
        for (std::size_t index = 0; index < sources_.size(); ++index) {
            broke_a_bound_ |= scheduler_.requests_in_flight(id(index)) > options_.max_requests;
        }
        broke_a_bound_ |= scheduler_.bytes_in_flight() != events_.size() * mebibyte;
    }

    std::vector<SimulatedSource> sources_;
    SchedulerOptions options_;
    Scheduler scheduler_;
    TimePoint now_ = start;
    std::vector<TimePoint> free_at_;
    std::vector<Event> events_;
    std::map<PeerId, std::size_t> asked_;
    bool broke_a_bound_ = false;
};

TEST(SchedulerSimulation, fetches_each_chunk_once_from_one_honest_source_at_its_rate)
{
    Simulation simulation(2000, {{.rate = 100.0 * mebibyte}});
    simulation.run(1h);
    EXPECT_TRUE(simulation.scheduler().is_complete());
    EXPECT_EQ(simulation.asked_in_all(), 2000U);
    EXPECT_LT(simulation.seconds_taken(), 20 * 1.05);
    EXPECT_FALSE(simulation.broke_a_bound());
}

TEST(SchedulerSimulation, adds_up_the_rates_of_honest_sources_and_fetches_nothing_twice)
{
    Simulation simulation(
        4000, {{.rate = 100.0 * mebibyte}, {.rate = 100.0 * mebibyte}, {.rate = 200.0 * mebibyte}});
    simulation.run(1h);
    EXPECT_EQ(simulation.asked_in_all(), 4000U);
    EXPECT_LT(simulation.seconds_taken(), 10 * 1.05);
    EXPECT_NEAR(static_cast<double>(simulation.asked(2)), 2000, 200);
}

TEST(SchedulerSimulation, loses_nothing_to_a_source_at_a_hundredth_of_the_rate)
{
    Simulation with_slow(2000, {{.rate = 1.0 * mebibyte}, {.rate = 100.0 * mebibyte}});
    with_slow.run(1h);
    EXPECT_TRUE(with_slow.scheduler().is_complete());
    EXPECT_LT(with_slow.seconds_taken(), 20 * 1.05);
    EXPECT_LE(with_slow.asked_in_all(), 2000U + 4);
}

TEST(SchedulerSimulation, uses_a_very_slow_source_that_is_the_only_one)
{
    Simulation simulation(5, {{.rate = 0.02 * mebibyte}});
    simulation.run(24h);
    EXPECT_TRUE(simulation.scheduler().is_complete());
}

TEST(SchedulerSimulation, moves_the_chunks_of_a_mute_source_within_seconds)
{
    Simulation simulation(1000, {{.kind = SimulatedSource::Kind::mute}, {.rate = 100.0 * mebibyte}});
    simulation.run(1h);
    EXPECT_TRUE(simulation.scheduler().is_complete());
    EXPECT_LT(simulation.seconds_taken(), 10 * 1.1);
}

TEST(SchedulerSimulation, keeps_trying_a_mute_source_that_is_the_only_one)
{
    Simulation simulation(10, {{.kind = SimulatedSource::Kind::mute}});
    simulation.run(1h);
    EXPECT_FALSE(simulation.scheduler().is_complete());
    EXPECT_GE(simulation.asked(0), 10U);
    EXPECT_LE(simulation.asked(0), 500U);
}

TEST(SchedulerSimulation, survives_sources_that_leave)
{
    Simulation simulation(2000, {{.rate = 100.0 * mebibyte, .leaves = 3s}, {.rate = 50.0 * mebibyte}});
    simulation.run(1h);
    EXPECT_TRUE(simulation.scheduler().is_complete());
    EXPECT_LT(simulation.seconds_taken(), (3 + (2000.0 - 450) / 50) * 1.05);
}

RC_GTEST_PROP(SchedulerSimulation, completes_whenever_one_honest_source_stays, ())
{
    using Kind = SimulatedSource::Kind;
    const auto rate =
        rc::gen::map(rc::gen::inRange(-2, 9), [](int power) { return std::exp2(power) * mebibyte; });
    std::vector<SimulatedSource> sources{{.rate = *rate}};
    const auto others = *rc::gen::inRange(0, 6);
    for (int count = 0; count < others; ++count) {
        sources.push_back({.rate = *rate,
                           .kind = *rc::gen::element(Kind::honest, Kind::liar, Kind::mute),
                           .leaves = seconds(*rc::gen::inRange(0, 60)),
                           .latency = std::chrono::milliseconds(*rc::gen::inRange(0, 300))});
    }
    std::rotate(sources.begin(), sources.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, others + 1),
                sources.end());
    Simulation simulation(*rc::gen::inRange<std::uint32_t>(1, 300), sources,
                          *rc::gen::arbitrary<std::uint64_t>());
    simulation.run(10h);
    RC_ASSERT(simulation.scheduler().is_complete());
    RC_ASSERT(!simulation.broke_a_bound());
    RC_ASSERT(simulation.scheduler().bytes_in_flight() == 0U);
}

}  // namespace
}  // namespace lanspread::swarm
