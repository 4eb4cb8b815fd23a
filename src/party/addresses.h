#pragma once

#include <cstdint>
#include <span>
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
/// port that the Hello names (in a LAN nothing translates addresses in between), then up to four others that
/// the Hello lists: of the party's network, to which `near` (addresses of ours) belongs, and no more than two
/// on one host, so that a Hello cannot turn us upon somebody. Loopback addresses count only where the peer is
/// on this host; link-local ones get the scope of the connection, and without one do not count.
[[nodiscard]] std::vector<Address> listening_addresses(const wire::Hello& hello, const Address& remote,
                                                       std::span<const Address> near);

/// Those of `known`, where another peer listens as we see it, that somebody at `asker` may be told of: those
/// on the host where we see it, and two that it only says itself. Loopback addresses on this host only,
/// link-local ones of IPv6 on their link only.
[[nodiscard]] std::vector<Address> addresses_to_tell(std::span<const Address> known, const Address& asker);

/// What we believe of the addresses that `teller`, another peer, tells of a third one: those that can be
/// dialled from here, and lie in the party's network or near to it. `near` are addresses of ours and of the
/// teller. Nobody shall make us dial strangers on the Internet.
[[nodiscard]] std::vector<Address> addresses_told(std::span<const Address> listed, const Address& teller,
                                                  std::span<const Address> near);

/// What to say of an address without a port, where nobody can be asked for it.
inline constexpr std::string_view port_is_missing =
    "the port is missing (`lanspread status` on the other computer shows it)";

/// HOST[:PORT] as a person types it: `pc7.lan:7000`, `192.0.2.1:7000`, `[2001:db8::1]:7000`,
/// `[fe80::1%eth0]:7000`, `pc7.lan`.
struct HostPort {
    std::string host;        ///< a name or a numeric address, without brackets
    std::uint16_t port = 0;  ///< 0: not given. There is no default one: the system chooses it for each peer
};

[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);

}  // namespace lanspread::party
