#include "transport/udp_socket.h"

#include <array>
#include <cstring>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lanspread::transport {

namespace {

/// A plain socket on the loopback that tells with which mark a datagram came.
class MarkReader {
public:
    explicit MarkReader(int family)
        : descriptor_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)), family_(family)
    {
        const int on = 1;
        if (family == AF_INET) {
            ::setsockopt(descriptor_, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        } else {
            ::setsockopt(descriptor_, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
            sockaddr_in6 address{};
            address.sin6_family = AF_INET6;
            address.sin6_addr = in6addr_loopback;
            ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        }
    }
    ~MarkReader() { ::close(descriptor_); }
    MarkReader(const MarkReader&) = delete;
    MarkReader& operator=(const MarkReader&) = delete;

    [[nodiscard]] Address address() const
    {
        sockaddr_in6 bound{};
        socklen_t size = sizeof bound;
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&bound), &size);
        const auto host = family_ == AF_INET ? "127.0.0.1" : "[::1]";
        auto address = Address::parse(host).value();
        address.port = ntohs(bound.sin6_port);  // where sockaddr_in has it, too
        return address;
    }

    /// The TOS or traffic class of the next datagram; -1 where none comes.
    [[nodiscard]] int next() const
    {
        constexpr int patience_ms = 5000;
        pollfd readable{descriptor_, POLLIN, 0};
        ::poll(&readable, 1, patience_ms);
        std::array<char, 100> bytes{};
        alignas(cmsghdr) std::array<char, 128> control{};
        iovec part{bytes.data(), bytes.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        if (::recvmsg(descriptor_, &message, MSG_DONTWAIT) < 0) {
            return -1;
        }
        const auto* header = CMSG_FIRSTHDR(&message);
        int mark = 0;
        std::memcpy(&mark, CMSG_DATA(header), family_ == AF_INET ? 1 : sizeof mark);
        return mark;
    }

private:
    int descriptor_;
    int family_;
};

int mark_of_a_datagram(UdpSocket& socket, const MarkReader& reader)
{
    const std::array<std::uint8_t, 4> bytes{};
    EXPECT_EQ(socket.send(reader.address(), {}, bytes, bytes.size()).outcome, SendOutcome::sent);
    return reader.next();
}

TEST(UdpSocket, background_packets_carry_class_selector_1_until_that_ends)
{
    auto socket = UdpSocket::open({}).value();
    for (const int family : {AF_INET, AF_INET6}) {
        const MarkReader reader(family);
        EXPECT_EQ(mark_of_a_datagram(socket, reader), 0);
        socket.set_background(true);
        EXPECT_EQ(mark_of_a_datagram(socket, reader), 0x20);
        socket.set_background(false);
        EXPECT_EQ(mark_of_a_datagram(socket, reader), 0);
    }
}

}  // namespace

}  // namespace lanspread::transport
