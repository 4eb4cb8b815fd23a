#include "platform/interface_watch.h"

#include <array>
#include <cerrno>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lanspread::platform {

namespace asio = boost::asio;

/// A netlink socket that hears of links and addresses (rtnetlink(7)).
struct InterfaceWatch::Socket {
    asio::posix::stream_descriptor descriptor;
};

InterfaceWatch::InterfaceWatch(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
InterfaceWatch::~InterfaceWatch() = default;
InterfaceWatch::InterfaceWatch(InterfaceWatch&&) noexcept = default;
InterfaceWatch& InterfaceWatch::operator=(InterfaceWatch&&) noexcept = default;

Result<InterfaceWatch> InterfaceWatch::open(const asio::any_io_executor& executor)
{
    const int descriptor = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (descriptor < 0) {
        return fail(system_error("watching the network interfaces", errno));
    }
    auto socket = std::make_unique<Socket>(asio::posix::stream_descriptor(executor, descriptor));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(system_error("watching the network interfaces", errno));
    }
    return InterfaceWatch(std::move(socket));
}

asio::awaitable<void> InterfaceWatch::changed()
{
    while (true) {
        co_await socket_->descriptor.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
        bool heard = false;
        std::array<std::byte, 8192> ignored{};
        while (true) {
            const auto size =
                ::recv(socket_->descriptor.native_handle(), ignored.data(), ignored.size(), MSG_DONTWAIT);
            if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                break;
            }
            // An error counts as heard too: ENOBUFS says that there was more than the socket could keep.
            heard = true;
            if (size <= 0) {
                break;
            }
        }
        if (heard) {
            co_return;
        }
    }
}

}  // namespace lanspread::platform
