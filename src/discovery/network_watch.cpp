#include "discovery/network_watch.h"

#include "async/task_group.h"
#include "base/log.h"
#include "platform/boot_clock.h"
#include "platform/interface_watch.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds settle_time{50};  // one cable is several changes
/// The system tells of changes; this is for what it does not tell.
constexpr seconds regular_look{5};

/// Where something can be sent from.
std::set<std::pair<std::uint32_t, Address>> usable_addresses(
    const std::vector<platform::NetworkInterface>& interfaces)
{
    std::set<std::pair<std::uint32_t, Address>> addresses;
    for (const auto& interface : interfaces) {
        for (const auto& own : interface.addresses) {
            if (interface.is_up) {
                addresses.emplace(interface.index, own.address);
            }
        }
    }
    return addresses;
}

/// Throws where the system does not tell.
std::vector<platform::NetworkInterface> interfaces_now()
{
    auto interfaces = platform::network_interfaces();
    if (!interfaces) {
        throw std::runtime_error(interfaces.error().message);
    }
    return platform::ranked(std::move(*interfaces));
}

}  // namespace

NetworkChange compare(const std::vector<platform::NetworkInterface>& before,
                      const std::vector<platform::NetworkInterface>& after)
{
    return {.is_any = before != after,
            .has_gained = !std::ranges::includes(usable_addresses(before), usable_addresses(after))};
}

std::chrono::seconds SleepDetector::slept(std::chrono::nanoseconds time_since_boot)
{
    const auto elapsed = time_since_boot - std::exchange(last_, time_since_boot);
    return elapsed >= period + least ? std::chrono::duration_cast<seconds>(elapsed - period) : seconds(0);
}

NetworkWatch::NetworkWatch(Executor executor, Listener listener)
    : executor_(std::move(executor)), listener_(std::move(listener))
{
    if (auto interfaces = platform::network_interfaces()) {
        interfaces_ = platform::ranked(std::move(*interfaces));
    }
}

Task<void> NetworkWatch::run()
{
    TaskGroup group(executor_, CancellationToken());
    group.spawn(follow_interfaces());
    group.spawn(look_regularly());
    co_await group.join();
}

Task<void> NetworkWatch::follow_interfaces()
{
    auto watch = platform::InterfaceWatch::open(executor_);
    if (!watch) {
        log::warning("discovery", "{}; looking every {} seconds instead", watch.error().message,
                     regular_look.count());
        co_return;
    }
    look();
    while (true) {
        co_await watch->changed();
        co_await sleep_for(settle_time);
        look();
    }
}

Task<void> NetworkWatch::look_regularly()
{
    SleepDetector detector(platform::time_since_boot());
    auto next_look = Clock::now() + regular_look;
    while (true) {
        co_await sleep_for(SleepDetector::period);
        const auto slept = detector.slept(platform::time_since_boot());
        if (slept > seconds(0) || Clock::now() >= next_look) {
            next_look = Clock::now() + regular_look;
            look();
        }
        if (slept > seconds(0)) {
            log::info("discovery", "awake again after {} s", slept.count());
            listener_.woke(slept);
        }
    }
}

void NetworkWatch::look()
{
    auto before = std::exchange(interfaces_, interfaces_now());
    listener_.looked(compare(before, interfaces_));
}

}  // namespace lanspread::discovery
