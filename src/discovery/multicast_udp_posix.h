#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "async/task.h"
#include "base/error.h"
#include "discovery/datagram.h"
#include "discovery/ip_family.h"

/// What the sockets of mDNS and of the beacon have in common.
namespace lanspread::discovery {

using IpV4 = std::array<std::uint8_t, 4>;
using IpV6 = std::array<std::uint8_t, 16>;

/// IPV6_MULTICAST_ALL: Linux has it since 4.20, the C library's headers since later.
constexpr int option_ipv6_multicast_all = 29;

/// Sets options one after the other; the first that fails is remembered by its name.
class SocketOptions {
public:
    explicit SocketOptions(int descriptor) : descriptor_(descriptor) {}

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

/// An address as the system wants it, and its size.
struct RawAddress {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    RawAddress() = default;
    RawAddress(const Address& address, IpFamily family);

    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    [[nodiscard]] Address address() const;
};

[[nodiscard]] IpV4 v4_bytes(const Address& address);
[[nodiscard]] ip_mreqn membership(const IpV4& group, std::uint32_t interface);
[[nodiscard]] ipv6_mreq membership(const IpV6& group, std::uint32_t interface);

/// The next datagram; of one that is longer, the first `most` bytes and one more. `stream` must be kept alive
/// meanwhile, and tells of packets' facts (IP_PKTINFO, IPV6_RECVPKTINFO).
[[nodiscard]] Task<Result<Datagram>> receive_datagram(asio::posix::stream_descriptor* stream,
                                                      std::size_t most);

}  // namespace lanspread::discovery
