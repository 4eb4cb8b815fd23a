#include "discovery/network_watch.h"

#include "async/cancellation.h"
#include "async/task_group.h"
#include "async/testing.h"

#include <cstring>
#include <thread>

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lanspread::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

platform::NetworkInterface card(std::uint32_t index, std::vector<std::string> addresses, bool is_up = true)
{
    platform::NetworkInterface result{.name = "eth" + std::to_string(index), .index = index, .is_up = is_up};
    for (const auto& text : addresses) {
        result.addresses.push_back({.address = Address::parse(text).value(), .prefix_length = 24});
    }
    return result;
}

TEST(NetworkChange, gains_where_an_address_can_be_used_that_could_not_before)
{
    const auto before = std::vector{card(2, {"192.0.2.1"}), card(3, {"198.51.100.1"}, false)};
    EXPECT_FALSE(compare(before, before).is_any);
    EXPECT_TRUE(compare(before, {card(2, {"192.0.2.9"}), before[1]}).has_gained);
    EXPECT_TRUE(compare(before, {before[0], card(3, {"198.51.100.1"})}).has_gained);
    EXPECT_TRUE(compare(before, {before[0], before[1], card(4, {"203.0.113.1"})}).has_gained);
}

TEST(NetworkChange, that_only_takes_away_gains_nothing)
{
    const auto before = std::vector{card(2, {"192.0.2.1", "192.0.2.2"}), card(3, {"198.51.100.1"})};
    for (const auto& after :
         {std::vector{card(2, {"192.0.2.1"}), before[1]},
          std::vector{card(2, {"192.0.2.1", "192.0.2.2"}, false), before[1]}, std::vector{before[0]}}) {
        EXPECT_TRUE(compare(before, after).is_any);
        EXPECT_FALSE(compare(before, after).has_gained);
    }
}

TEST(SleepDetector, sees_a_gap_in_time_and_not_a_busy_machine)
{
    SleepDetector detector(seconds(100));
    EXPECT_EQ(detector.slept(seconds(101)), seconds(0));
    EXPECT_EQ(detector.slept(milliseconds(104'500)), seconds(0));
    EXPECT_EQ(detector.slept(seconds(3'704)), seconds(3598));
    EXPECT_EQ(detector.slept(seconds(3'705)), seconds(0));
}

/// In a fresh and empty network of the calling thread.
void switch_loopback_on()
{
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    ::ioctl(socket, SIOCSIFFLAGS, &request);
    ::close(socket);
}

TEST(NetworkWatch, tells_of_a_change_and_shows_it)
{
    bool may_make_networks = true;
    std::vector<NetworkChange> told;
    // In a thread of its own, for the network is the calling thread's.
    std::thread([&] {
        may_make_networks = ::unshare(CLONE_NEWNET) == 0;
        if (!may_make_networks) {
            return;
        }
        asio::io_context context;
        NetworkWatch watch(context.get_executor(),
                           {.looked = [&told](const NetworkChange& change) { told.push_back(change); },
                            .woke = [](seconds) {}});
        CancellationToken token;
        TaskGroup group(context.get_executor(), token);
        group.spawn(watch.run());
        context.poll();
        const auto looks_before = told.size();
        switch_loopback_on();
        lanspread::testing::run_until(context,
                                      [&] { return told.size() > looks_before && told.back().has_gained; });
        EXPECT_TRUE(watch.interfaces().front().is_up);
        token.cancel();
        lanspread::testing::run_until_idle(context);
    }).join();
    if (!may_make_networks) {
        GTEST_SKIP() << "needs the right to make a network namespace (root)";
    }
    EXPECT_TRUE(told.back().is_any);
}

}  // namespace
}  // namespace lanspread::discovery
