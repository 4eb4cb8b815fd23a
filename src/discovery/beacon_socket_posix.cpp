#include "discovery/beacon_socket.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace lanspread::discovery {

namespace {

using IpV4 = std::array<std::uint8_t, 4>;
using IpV6 = std::array<std::uint8_t, 16>;

/// IPV6_MULTICAST_ALL: Linux has it since 4.20, the C library's headers since later.
constexpr int option_ipv6_multicast_all = 29;
constexpr std::size_t v4_offset = 12;  // of an IPv4 address in its mapped form

/// Sets an option; the first error of several is kept.
template <class Value>
void set(std::optional<Error>& error, int descriptor, int level, int option, Value value,
         std::string_view name)
{
    if (!error && ::setsockopt(descriptor, level, option, &value, sizeof value) != 0) {
        error = system_error(name, errno);
    }
}

std::optional<Error> configure(int descriptor, IpFamily family)
{
    std::optional<Error> error;
    set(error, descriptor, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    set(error, descriptor, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    if (family == IpFamily::v4) {
        set(error, descriptor, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
        set(error, descriptor, IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
        set(error, descriptor, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
    } else {
        set(error, descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
        set(error, descriptor, IPPROTO_IPV6, option_ipv6_multicast_all, 0, "IPV6_MULTICAST_ALL");
        set(error, descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
    }
    return error;
}

IpV4 v4_bytes(const Address& address)
{
    IpV4 ip{};
    std::copy_n(address.ip.begin() + v4_offset, ip.size(), ip.begin());
    return ip;
}

/// An address as the system wants it, and its size.
struct RawAddress {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    RawAddress() = default;
    RawAddress(const Address& address, IpFamily family)
    {
        if (family == IpFamily::v4) {
            sockaddr_in raw{.sin_family = AF_INET, .sin_port = htons(address.port)};
            raw.sin_addr = std::bit_cast<in_addr>(v4_bytes(address));
            std::memcpy(&storage, &raw, size = sizeof raw);
        } else {
            sockaddr_in6 raw{.sin6_family = AF_INET6, .sin6_port = htons(address.port)};
            raw.sin6_addr = std::bit_cast<in6_addr>(address.ip);
            raw.sin6_scope_id = address.scope;
            std::memcpy(&storage, &raw, size = sizeof raw);
        }
    }

    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

    [[nodiscard]] Address address() const
    {
        if (storage.ss_family == AF_INET) {
            sockaddr_in raw{};
            std::memcpy(&raw, &storage, sizeof raw);
            return Address::v4(std::bit_cast<IpV4>(raw.sin_addr), ntohs(raw.sin_port));
        }
        sockaddr_in6 raw{};
        std::memcpy(&raw, &storage, sizeof raw);
        return {.ip = std::bit_cast<IpV6>(raw.sin6_addr),
                .port = ntohs(raw.sin6_port),
                .scope = raw.sin6_scope_id};
    }
};

ip_mreqn v4_membership(std::uint32_t interface)
{
    ip_mreqn group{};
    group.imr_multiaddr = std::bit_cast<in_addr>(beacon_group_v4);
    group.imr_ifindex = static_cast<int>(interface);
    return group;
}

ipv6_mreq v6_membership(std::uint32_t interface)
{
    ipv6_mreq group{};
    group.ipv6mr_multiaddr = std::bit_cast<in6_addr>(beacon_group_v6);
    group.ipv6mr_interface = interface;
    return group;
}

/// Fills in where a packet arrived, and where it was sent to.
void read_facts(msghdr& header, BeaconDatagram& datagram)
{
    for (auto* control = CMSG_FIRSTHDR(&header); control != nullptr;
         control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            in_pktinfo facts{};
            std::memcpy(&facts, CMSG_DATA(control), sizeof facts);
            datagram.interface = static_cast<std::uint32_t>(facts.ipi_ifindex);
            datagram.to = Address::v4(std::bit_cast<IpV4>(facts.ipi_addr), 0);
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo facts{};
            std::memcpy(&facts, CMSG_DATA(control), sizeof facts);
            datagram.interface = facts.ipi6_ifindex;
            datagram.to.ip = std::bit_cast<IpV6>(facts.ipi6_addr);
        }
    }
}

/// Room for one control message with `Facts`.
template <class Facts>
struct alignas(cmsghdr) ControlBuffer {
    std::array<std::byte, CMSG_SPACE(sizeof(Facts))> bytes{};

    void put_into(msghdr& header, int level, int type, const Facts& facts)
    {
        header.msg_control = bytes.data();
        header.msg_controllen = bytes.size();
        auto* control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = level;
        control->cmsg_type = type;
        control->cmsg_len = CMSG_LEN(sizeof facts);
        std::memcpy(CMSG_DATA(control), &facts, sizeof facts);
    }
};

}  // namespace

struct BeaconSocket::Descriptor {
    asio::posix::stream_descriptor stream;
};

BeaconSocket::BeaconSocket(std::unique_ptr<Descriptor> descriptor, IpFamily family)
    : descriptor_(std::move(descriptor)), family_(family)
{
}

BeaconSocket::~BeaconSocket() = default;

Result<std::unique_ptr<BeaconSocket>> BeaconSocket::open(const Executor& executor, IpFamily family)
{
    const auto context = fmt::format("port {} over {}", beacon_port, to_string(family));
    const int number =
        ::socket(family == IpFamily::v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (number < 0) {
        return fail(system_error(context, errno));
    }
    auto descriptor = std::make_unique<Descriptor>(asio::posix::stream_descriptor(executor, number));
    if (const auto error = configure(number, family)) {
        return fail(error->in(context));
    }
    RawAddress local({.port = beacon_port}, family);
    if (::bind(number, local.get(), local.size) != 0) {
        return fail(system_error(context, errno));
    }
    return std::unique_ptr<BeaconSocket>(new BeaconSocket(std::move(descriptor), family));
}

Result<void> BeaconSocket::join(std::uint32_t interface)
{
    const int number = descriptor_->stream.native_handle();
    int result = 0;
    if (family_ == IpFamily::v4) {
        const auto group = v4_membership(interface);
        result = ::setsockopt(number, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
    } else {
        const auto group = v6_membership(interface);
        result = ::setsockopt(number, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group);
    }
    if (result != 0 && errno != EADDRINUSE) {
        return fail(system_error("joining the group", errno));
    }
    return {};
}

void BeaconSocket::leave(std::uint32_t interface)
{
    const int number = descriptor_->stream.native_handle();
    // Where the interface is gone, so is the membership, and this fails.
    if (family_ == IpFamily::v4) {
        const auto group = v4_membership(interface);
        (void)::setsockopt(number, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group);
    } else {
        const auto group = v6_membership(interface);
        (void)::setsockopt(number, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &group, sizeof group);
    }
}

Task<Result<BeaconDatagram>> BeaconSocket::receive()
{
    while (true) {
        std::array<std::byte, max_beacon_size + 1> buffer;
        alignas(cmsghdr) std::array<std::byte, 256> control{};
        RawAddress from;
        iovec vector{.iov_base = buffer.data(), .iov_len = buffer.size()};
        msghdr header{};
        header.msg_name = from.get();
        header.msg_namelen = from.size;
        header.msg_iov = &vector;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        const auto size = ::recvmsg(descriptor_->stream.native_handle(), &header, 0);
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            co_await descriptor_->stream.async_wait(asio::posix::descriptor_base::wait_read,
                                                    asio::use_awaitable);
            continue;
        }
        if (size < 0) {
            co_return fail(system_error("receiving", errno));
        }
        BeaconDatagram datagram{.from = from.address()};
        read_facts(header, datagram);
        datagram.bytes.assign(buffer.begin(), buffer.begin() + size);
        co_return datagram;
    }
}

Result<void> BeaconSocket::send(const BeaconToSend& packet)
{
    RawAddress to(packet.to, family_);
    iovec vector{.iov_base = const_cast<std::byte*>(packet.bytes.data()), .iov_len = packet.bytes.size()};
    msghdr header{};
    header.msg_name = to.get();
    header.msg_namelen = to.size;
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    ControlBuffer<in_pktinfo> control_v4;
    ControlBuffer<in6_pktinfo> control_v6;
    const bool has_source = !packet.source.is_unspecified();
    if (family_ == IpFamily::v4) {
        in_pktinfo facts{};
        facts.ipi_ifindex = static_cast<int>(packet.interface);
        facts.ipi_spec_dst = has_source ? std::bit_cast<in_addr>(v4_bytes(packet.source)) : in_addr{};
        control_v4.put_into(header, IPPROTO_IP, IP_PKTINFO, facts);
    } else {
        in6_pktinfo facts{};
        facts.ipi6_ifindex = packet.interface;
        facts.ipi6_addr = has_source ? std::bit_cast<in6_addr>(packet.source.ip) : in6_addr{};
        control_v6.put_into(header, IPPROTO_IPV6, IPV6_PKTINFO, facts);
    }
    if (::sendmsg(descriptor_->stream.native_handle(), &header, MSG_NOSIGNAL) < 0) {
        return fail(system_error("sending", errno));
    }
    return {};
}

}  // namespace lanspread::discovery
