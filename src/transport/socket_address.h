#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/address.h"

/// Between `Address` and what the system's calls and ngtcp2 take.
namespace lanspread::transport {

/// For a socket of IPv6, which knows IPv4 addresses in their mapped form.
[[nodiscard]] sockaddr_in6 to_socket_address(const Address& address);
/// For a socket of IPv4 only; `address` is an IPv4 address, or unspecified.
[[nodiscard]] sockaddr_in to_v4_socket_address(const Address& address);
/// The scope is kept only where it means something: two forms of one address would look like two peers.
[[nodiscard]] Address to_address(const sockaddr_in6& address);
/// From whichever of both kinds is in `storage`.
[[nodiscard]] Address to_address(const sockaddr_storage& storage);
[[nodiscard]] Address to_address(const in_addr& ip, std::uint16_t port);

}  // namespace lanspread::transport
