#include "platform/interface_watch.h"

#include <cstring>
#include <thread>

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace lanspread::platform {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::seconds deadline(5);

void switch_loopback_on()
{
    const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    EXPECT_EQ(::ioctl(descriptor, SIOCSIFFLAGS, &request), 0);
    ::close(descriptor);
}

TEST(InterfaceWatch, can_be_cancelled_while_nothing_changes)
{
    asio::io_context context;
    auto watch = InterfaceWatch::open(context.get_executor()).value();
    asio::cancellation_signal cancel;
    asio::co_spawn(context, watch.changed(),
                   asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
    asio::post(context, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
    context.run_for(deadline);
    EXPECT_TRUE(context.stopped());
}

TEST(InterfaceWatch, tells_that_an_interface_was_switched_on)
{
    bool may_make_networks = true;
    bool told_early = false;
    bool told = false;
    // In a thread of its own, for the fresh and empty network is the calling thread's.
    std::thread([&] {
        may_make_networks = ::unshare(CLONE_NEWNET) == 0;
        if (!may_make_networks) {
            return;
        }
        asio::io_context context;
        auto watch = InterfaceWatch::open(context.get_executor()).value();
        asio::co_spawn(context, watch.changed(),
                       [&told](std::exception_ptr exception) { told = !exception; });
        context.poll();
        told_early = told;
        switch_loopback_on();
        context.run_for(deadline);
    }).join();
    if (!may_make_networks) {
        GTEST_SKIP() << "needs the right to make a network namespace (root)";
    }
    EXPECT_FALSE(told_early);
    EXPECT_TRUE(told);
}

}  // namespace
}  // namespace lanspread::platform
