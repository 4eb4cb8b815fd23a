#include "transport/socket_address.h"

#include <cstring>

namespace lanspread::transport {

namespace {

constexpr std::size_t v4_offset = 12;  ///< of an IPv4 address in its mapped form

}  // namespace

sockaddr_in6 to_socket_address(const Address& address)
{
    sockaddr_in6 result{};
    result.sin6_family = AF_INET6;
    result.sin6_port = htons(address.port);
    result.sin6_scope_id = address.scope;
    std::memcpy(&result.sin6_addr, address.ip.data(), address.ip.size());
    return result;
}

sockaddr_in to_v4_socket_address(const Address& address)
{
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(address.port);
    std::memcpy(&result.sin_addr, address.ip.data() + v4_offset, sizeof result.sin_addr);
    return result;
}

Address to_address(const sockaddr_in6& address)
{
    Address result{.port = ntohs(address.sin6_port)};
    std::memcpy(result.ip.data(), &address.sin6_addr, result.ip.size());
    result.scope = result.is_link_local() && !result.is_v4() ? address.sin6_scope_id : 0;
    return result;
}

Address to_address(const sockaddr_storage& storage)
{
    if (storage.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
        return to_address(v4.sin_addr, ntohs(v4.sin_port));
    }
    return to_address(reinterpret_cast<const sockaddr_in6&>(storage));
}

Address to_address(const in_addr& ip, std::uint16_t port)
{
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &ip, bytes.size());
    return Address::v4(bytes, port);
}

}  // namespace lanspread::transport
