#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "wire/messages.h"

/// Which addresses are worth dialling. Only listening addresses are: from discovery, from a Hello, or typed
/// by a person.
namespace lanspread::party {

/// Whether a peer could listen there: a port, and an IP address that names one host. A link-local IPv6
/// address needs its scope.
[[nodiscard]] bool is_dialable(const Address& address);

/// Where the peer of an incoming connection listens: the IP address that the connection comes from with the
/// port that the Hello names (in a LAN nothing translates addresses in between), then what else the Hello
/// lists. Loopback addresses count only where the peer is on this host; link-local ones get the scope of the
/// connection, and without one do not count.
[[nodiscard]] std::vector<Address> listening_addresses(const wire::Hello& hello, const Address& remote);

/// HOST:PORT as a person types it: `pc7.lan:7000`, `192.0.2.1:7000`, `[2001:db8::1]:7000`,
/// `[fe80::1%eth0]:7000`.
struct HostPort {
    std::string host;  ///< a name or a numeric address, without brackets
    std::uint16_t port = 0;
};

/// There is no default port: the system chooses one for each peer, so it must be named.
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);

}  // namespace lanspread::party
