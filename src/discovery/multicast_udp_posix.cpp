#include "discovery/multicast_udp_posix.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace lanspread::discovery {

namespace {

constexpr std::size_t v4_offset = 12;  // of an IPv4 address in its mapped form

/// Fills in where a packet arrived, and where it was sent to.
void read_facts(msghdr& header, Datagram& datagram)
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

}  // namespace

RawAddress::RawAddress(const Address& address, IpFamily family)
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

Address RawAddress::address() const
{
    if (storage.ss_family == AF_INET) {
        sockaddr_in raw{};
        std::memcpy(&raw, &storage, sizeof raw);
        return Address::v4(std::bit_cast<IpV4>(raw.sin_addr), ntohs(raw.sin_port));
    }
    sockaddr_in6 raw{};
    std::memcpy(&raw, &storage, sizeof raw);
    return {
        .ip = std::bit_cast<IpV6>(raw.sin6_addr), .port = ntohs(raw.sin6_port), .scope = raw.sin6_scope_id};
}

IpV4 v4_bytes(const Address& address)
{
    IpV4 ip{};
    std::copy_n(address.ip.begin() + v4_offset, ip.size(), ip.begin());
    return ip;
}

ip_mreqn membership(const IpV4& group, std::uint32_t interface)
{
    ip_mreqn result{};
    result.imr_multiaddr = std::bit_cast<in_addr>(group);
    result.imr_ifindex = static_cast<int>(interface);
    return result;
}

ipv6_mreq membership(const IpV6& group, std::uint32_t interface)
{
    ipv6_mreq result{};
    result.ipv6mr_multiaddr = std::bit_cast<in6_addr>(group);
    result.ipv6mr_interface = interface;
    return result;
}

Task<Result<Datagram>> receive_datagram(asio::posix::stream_descriptor* stream, std::size_t most)
{
    Bytes buffer(most + 1);
    while (true) {
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
        const auto size = ::recvmsg(stream->native_handle(), &header, 0);
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            co_await stream->async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
            continue;
        }
        if (size < 0) {
            co_return fail(system_error("receiving", errno));
        }
        Datagram datagram{.from = from.address()};
        read_facts(header, datagram);
        datagram.bytes.assign(buffer.begin(), buffer.begin() + size);
        co_return datagram;
    }
}

}  // namespace lanspread::discovery
