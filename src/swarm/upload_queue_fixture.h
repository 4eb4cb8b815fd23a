#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "swarm/peers_fixture.h"
#include "swarm/upload_queue.h"

/// For the tests of UploadQueue: a content of a hundred chunks of 1 MiB that is here whole.
namespace lanspread::swarm {

using namespace std::chrono_literals;
using Outcome = UploadQueue::Outcome;

/// Served as fast as the limits allow.
inline constexpr UploadOptions eager{.at_least = 1000};

class UploadQueueTest : public ::testing::Test {
protected:
    static UploadQueue::Ticket enter(UploadQueue& queue, std::uint8_t number, std::uint32_t chunk)
    {
        return queue.enter(
            {.peer = peer(number), .content = {}, .chunk = chunk, .size = mebibyte, .chunks = 100});
    }

    std::vector<UploadQueue::Ticket> served(UploadQueue& queue)
    {
        std::vector<UploadQueue::Ticket> tickets;
        for (const auto& turn : queue.admit(now_)) {
            EXPECT_FALSE(turn.elsewhere);
            tickets.push_back(turn.ticket);
        }
        return tickets;
    }

    /// Peer 1 was sent chunk 7.
    void give_seven_to_one(UploadQueue& queue)
    {
        const auto first = enter(queue, 1, 7);
        EXPECT_EQ(served(queue), std::vector{first});
        queue.leave(first, Outcome::sent, now_);
    }

    TimePoint now_{1h};
};

}  // namespace lanspread::swarm
