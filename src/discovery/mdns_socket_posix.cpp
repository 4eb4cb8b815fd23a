#include "discovery/mdns_socket.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace lanspread::discovery {

namespace {

constexpr std::array<std::uint8_t, 4> group_v4{224, 0, 0, 251};
constexpr std::array<std::uint8_t, 16> group_v6{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb};
/// IPV6_MULTICAST_ALL: Linux has it since 4.20, the C library's headers since later.
constexpr int option_ipv6_multicast_all = 29;
constexpr int hop_limit = 255;  // RFC 6762 §11

/// Sets options one after the other; the first that fails is remembered by its name.
class Options {
public:
    explicit Options(int descriptor) : descriptor_(descriptor) {}

    template <class Value>
    void set(int level, int option, Value value, std::string_view name)
    {
        if (!error_ && ::setsockopt(descriptor_, level, option, &value, sizeof value) != 0) {
            error_ = system_error(name, errno);
        }
    }

    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    int descriptor_;
    std::optional<Error> error_;
};

void configure_v4(Options& options, std::uint32_t interface)
{
    ip_mreqn group{};
    group.imr_multiaddr = std::bit_cast<in_addr>(group_v4);
    group.imr_ifindex = static_cast<int>(interface);
    ip_mreqn sender{};
    sender.imr_ifindex = static_cast<int>(interface);
    // Else this socket would also hear the groups that others on this machine joined on other interfaces.
    options.set(IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
    options.set(IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
    options.set(IPPROTO_IP, IP_MULTICAST_LOOP, 1, "IP_MULTICAST_LOOP");
    options.set(IPPROTO_IP, IP_MULTICAST_TTL, hop_limit, "IP_MULTICAST_TTL");
    options.set(IPPROTO_IP, IP_TTL, hop_limit, "IP_TTL");
    options.set(IPPROTO_IP, IP_MULTICAST_IF, sender, "IP_MULTICAST_IF");
    options.set(IPPROTO_IP, IP_ADD_MEMBERSHIP, group, "IP_ADD_MEMBERSHIP");
}

void configure_v6(Options& options, std::uint32_t interface)
{
    ipv6_mreq group{};
    group.ipv6mr_multiaddr = std::bit_cast<in6_addr>(group_v6);
    group.ipv6mr_interface = interface;
    options.set(IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
    options.set(IPPROTO_IPV6, option_ipv6_multicast_all, 0, "IPV6_MULTICAST_ALL");
    options.set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
    options.set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1, "IPV6_MULTICAST_LOOP");
    options.set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hop_limit, "IPV6_MULTICAST_HOPS");
    options.set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hop_limit, "IPV6_UNICAST_HOPS");
    options.set(IPPROTO_IPV6, IPV6_MULTICAST_IF, interface, "IPV6_MULTICAST_IF");
    options.set(IPPROTO_IPV6, IPV6_JOIN_GROUP, group, "IPV6_JOIN_GROUP");
}

/// An address as the system wants it, and its size.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

template <class Raw>
SocketAddress to_socket_address(const Raw& raw)
{
    SocketAddress result;
    std::memcpy(&result.storage, &raw, sizeof raw);
    result.size = sizeof raw;
    return result;
}

SocketAddress v4_socket_address(const std::array<std::uint8_t, 4>& ip, std::uint16_t port)
{
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_port = htons(port);
    raw.sin_addr = std::bit_cast<in_addr>(ip);
    return to_socket_address(raw);
}

SocketAddress v6_socket_address(const std::array<std::uint8_t, 16>& ip, std::uint16_t port,
                                std::uint32_t scope)
{
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(port);
    raw.sin6_addr = std::bit_cast<in6_addr>(ip);
    raw.sin6_scope_id = scope;
    return to_socket_address(raw);
}

Address to_address(const sockaddr_storage& storage)
{
    if (storage.ss_family == AF_INET) {
        sockaddr_in raw{};
        std::memcpy(&raw, &storage, sizeof raw);
        return Address::v4(std::bit_cast<std::array<std::uint8_t, 4>>(raw.sin_addr), ntohs(raw.sin_port));
    }
    sockaddr_in6 raw{};
    std::memcpy(&raw, &storage, sizeof raw);
    return {.ip = std::bit_cast<std::array<std::uint8_t, 16>>(raw.sin6_addr),
            .port = ntohs(raw.sin6_port),
            .scope = raw.sin6_scope_id};
}

/// Fills in what the control messages of a packet tell: where it arrived, and whether it went to the group.
void read_packet_facts(msghdr& header, ReceivedPacket& packet)
{
    for (auto* control = CMSG_FIRSTHDR(&header); control != nullptr;
         control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            in_pktinfo facts{};
            std::memcpy(&facts, CMSG_DATA(control), sizeof facts);
            packet.interface = static_cast<std::uint32_t>(facts.ipi_ifindex);
            packet.was_multicast = std::bit_cast<std::array<std::uint8_t, 4>>(facts.ipi_addr) == group_v4;
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo facts{};
            std::memcpy(&facts, CMSG_DATA(control), sizeof facts);
            packet.interface = facts.ipi6_ifindex;
            packet.was_multicast = std::bit_cast<std::array<std::uint8_t, 16>>(facts.ipi6_addr) == group_v6;
        }
    }
}

}  // namespace

struct MdnsSocket::Descriptor {
    asio::posix::stream_descriptor stream;
};

MdnsSocket::MdnsSocket(std::unique_ptr<Descriptor> descriptor, std::uint32_t interface, IpFamily family)
    : descriptor_(std::move(descriptor)), interface_(interface), family_(family)
{
}

MdnsSocket::~MdnsSocket() = default;

Result<std::unique_ptr<MdnsSocket>> MdnsSocket::open(const Executor& executor, const Link& link,
                                                     IpFamily family)
{
    const bool is_v4 = family == IpFamily::v4;
    const auto context = fmt::format("port {} of {} over {}", mdns_port, link.name, to_string(family));
    const int number = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (number < 0) {
        return fail(system_error(context, errno));
    }
    auto descriptor = std::make_unique<Descriptor>(asio::posix::stream_descriptor(executor, number));
    Options options(number);
    options.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    options.set(SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    is_v4 ? configure_v4(options, link.index) : configure_v6(options, link.index);
    if (options.error()) {
        return fail(options.error()->in(context));
    }
    auto local = is_v4 ? v4_socket_address({}, mdns_port) : v6_socket_address({}, mdns_port, 0);
    if (::bind(number, local.get(), local.size) != 0) {
        return fail(system_error(context, errno));
    }
    return std::unique_ptr<MdnsSocket>(new MdnsSocket(std::move(descriptor), link.index, family));
}

Task<Result<ReceivedPacket>> MdnsSocket::receive()
{
    while (true) {
        std::array<std::byte, max_dns_size + 1> buffer;
        alignas(cmsghdr) std::array<std::byte, 256> control{};
        SocketAddress from;
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
        ReceivedPacket packet{.from = to_address(from.storage)};
        read_packet_facts(header, packet);
        // Of IPv6, Linux gives each member of a group what arrives for it on any interface that somebody
        // joined it on.
        if (packet.was_multicast && packet.interface != interface_) {
            packet.interface = 0;
        }
        packet.bytes.assign(buffer.begin(), buffer.begin() + size);
        co_return packet;
    }
}

Result<void> MdnsSocket::send(std::optional<Address> to, ByteSpan packet)
{
    SocketAddress target;
    if (family_ == IpFamily::v4) {
        auto ip = group_v4;
        if (to) {
            std::copy_n(to->ip.begin() + 12, ip.size(), ip.begin());
        }
        target = v4_socket_address(ip, to ? to->port : mdns_port);
    } else {
        target = to ? v6_socket_address(to->ip, to->port, to->scope)
                    : v6_socket_address(group_v6, mdns_port, interface_);
    }
    const int number = descriptor_->stream.native_handle();
    if (::sendto(number, packet.data(), packet.size(), MSG_NOSIGNAL, target.get(), target.size) < 0) {
        return fail(system_error("sending", errno));
    }
    return {};
}

bool MdnsSocket::is_open() const { return descriptor_->stream.is_open(); }

void MdnsSocket::close()
{
    boost::system::error_code ignored;
    descriptor_->stream.close(ignored);
}

}  // namespace lanspread::discovery
