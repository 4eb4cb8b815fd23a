#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

#include <gtest/gtest.h>

#include "swarm/peers_fixture.h"
#include "swarm/scheduler.h"

/// For the tests of Scheduler: a download whose chunks are all 1 MiB.
namespace lanspread::swarm {

class SchedulerTest : public ::testing::Test {
protected:
    static Scheduler make(std::uint32_t chunks, SchedulerOptions options = {})
    {
        return {std::vector(chunks, mebibyte), ChunkSet::none_of(chunks), options};
    }

    static void join(Scheduler& scheduler, std::uint8_t number)
    {
        scheduler.source_joined(peer(number), ChunkSet::all_of(scheduler.verified().size()));
    }

    /// Lets a source deliver at a rate for a while, so that it is measured.
    TimePoint deliver(Scheduler& scheduler, const PeerId& source, double chunks_per_second, int chunks)
    {
        auto now = start_;
        std::deque<Assignment> asked;
        for (int count = 0; count < chunks; ++count) {
            for (const auto& assignment : scheduler.next(now)) {
                if (assignment.request.source == source) {
                    asked.push_back(assignment);
                }
            }
            now += std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / chunks_per_second));
            scheduler.chunk_verified(asked.front().request, now);
            asked.pop_front();
        }
        return now;
    }

    TimePoint start_{std::chrono::hours(1)};
};

}  // namespace lanspread::swarm
