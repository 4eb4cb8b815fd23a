#include "party/addresses.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/utf8.h"

namespace lanspread::party {

namespace {

/// RFC 1035 §2.3.4, and more than any numeric address has.
constexpr std::size_t max_host_size = 255;

/// More than a peer has cards; what is over is ignored.
constexpr std::size_t max_listed_addresses = 16;
/// Those on other hosts than the one that the peer is seen on.
constexpr std::size_t max_claims = 4;
constexpr std::ptrdiff_t max_claims_on_a_host = 2;
constexpr std::size_t max_claims_told = 2;

bool needs_scope(const Address& address) { return address.is_link_local() && !address.is_v4(); }

bool is_broadcast(const Address& address)
{
    return address.is_v4() &&
           std::all_of(address.ip.begin() + 12, address.ip.end(), [](auto byte) { return byte == 0xff; });
}

/// Whether the first `bits` of two addresses are the same.
bool share_prefix(const Address& one, const Address& other, std::size_t bits)
{
    return std::equal(one.ip.begin(), one.ip.begin() + static_cast<std::ptrdiff_t>(bits / 8),
                      other.ip.begin());
}

/// Addresses that are of no use on the Internet: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.5.6.
bool is_private(const Address& address)
{
    const auto& ip = address.ip;
    if (!address.is_v4()) {
        return address.is_link_local() || (ip[0] & 0xfe) == 0xfc;
    }
    return ip[12] == 10 || (ip[12] == 172 && (ip[13] & 0xf0) == 16) || (ip[12] == 192 && ip[13] == 168) ||
           (ip[12] == 100 && (ip[13] & 0xc0) == 64) || address.is_link_local();
}

/// A hall with public addresses has them from one block: 16 bits of IPv4, or 48 of IPv6, are the same.
bool is_on_site(const Address& address, std::span<const Address> near)
{
    return is_private(address) || std::ranges::any_of(near, [&address](const Address& known) {
               return share_prefix(address, known, address.is_v4() ? 96 + 16 : 48);
           });
}

}  // namespace

bool is_dialable(const Address& address)
{
    return address.port != 0 && !address.is_unspecified() && !address.is_multicast() &&
           !is_broadcast(address) && !(needs_scope(address) && address.scope == 0);
}

std::vector<Address> listening_addresses(const wire::Hello& hello, const Address& remote,
                                         std::span<const Address> near)
{
    std::vector<Address> addresses;
    std::vector<Address> elsewhere;  // claims, of which nothing is proven
    const auto add = [&addresses](const Address& address) {
        if (is_dialable(address) && std::ranges::find(addresses, address) == addresses.end()) {
            addresses.push_back(address);
        }
    };
    const auto listed = std::span(hello.listen).first(std::min(hello.listen.size(), max_listed_addresses));
    for (const auto& address : listed) {
        auto observed = remote;
        observed.port = address.port;
        add(observed);
    }
    for (auto address : listed) {
        address.scope = needs_scope(address) ? remote.scope : 0;
        if (address.ip == remote.ip) {
            continue;  // is there
        }
        const bool is_here = address.is_loopback() ? remote.is_loopback() : is_on_site(address, near);
        const auto on_its_host = std::ranges::count(elsewhere, address.ip, &Address::ip);
        if (is_here && on_its_host < max_claims_on_a_host && elsewhere.size() < max_claims) {
            elsewhere.push_back(address);
        }
    }
    std::ranges::for_each(elsewhere, add);
    return addresses;
}

std::vector<Address> addresses_to_tell(std::span<const Address> known, const Address& asker)
{
    std::vector<Address> addresses;
    std::size_t claims = 0;
    for (const auto& address : known) {
        const bool is_claim = address.ip != known.front().ip;
        const bool is_of_use = (!address.is_loopback() || asker.is_loopback()) &&
                               (!needs_scope(address) || address.scope == asker.scope) &&
                               (!is_claim || claims < max_claims_told);
        if (is_of_use && addresses.size() < wire::max_told_addresses) {
            claims += is_claim ? 1 : 0;
            addresses.push_back(address);
        }
    }
    return addresses;
}

std::vector<Address> addresses_told(std::span<const Address> listed, const Address& teller,
                                    std::span<const Address> near)
{
    std::vector<Address> addresses;
    for (auto address : listed) {
        address.scope = needs_scope(address) ? teller.scope : 0;
        const bool is_known = std::ranges::find(addresses, address) != addresses.end();
        const bool is_here = address.is_loopback() ? teller.is_loopback() : is_on_site(address, near);
        if (is_dialable(address) && is_here && !is_known) {
            addresses.push_back(address);
        }
    }
    return addresses;
}

Result<HostPort> parse_host_port(std::string_view text)
{
    const auto invalid = [&text](std::string_view reason) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format(
                "address '{}': {}; expected HOST or HOST:PORT, such as pc7.lan:7000, 192.0.2.1:7000 or "
                "[2001:db8::1]:7000",
                clip_utf8(text, max_host_size), reason));
    };
    auto host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) {
            return invalid("the closing bracket is missing");
        }
        host = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (!port.empty() && !port.starts_with(':')) {
            return invalid("a colon and the port must follow the bracket");
        }
    } else if (std::ranges::count(text, ':') > 1) {
        return invalid("an IPv6 address needs brackets");
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (host.empty() || host.size() > max_host_size || has_control_characters(host) || host.contains(' ')) {
        return invalid("that is no host");
    }
    HostPort result{.host = std::string(host)};
    if (port.empty()) {
        return result;
    }
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), result.port);
    if (error != std::errc{} || end != port.data() + port.size() || result.port == 0) {
        return invalid("the port must be a number from 1 to 65535");
    }
    return result;
}

}  // namespace lanspread::party
