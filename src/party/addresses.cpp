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

bool needs_scope(const Address& address) { return address.is_link_local() && !address.is_v4(); }

bool is_broadcast(const Address& address)
{
    return address.is_v4() &&
           std::all_of(address.ip.begin() + 12, address.ip.end(), [](auto byte) { return byte == 0xff; });
}

}  // namespace

bool is_dialable(const Address& address)
{
    return address.port != 0 && !address.is_unspecified() && !address.is_multicast() &&
           !is_broadcast(address) && !(needs_scope(address) && address.scope == 0);
}

std::vector<Address> listening_addresses(const wire::Hello& hello, const Address& remote)
{
    std::vector<Address> addresses;
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
        if (!address.is_loopback() || remote.is_loopback()) {
            add(address);
        }
    }
    return addresses;
}

Result<HostPort> parse_host_port(std::string_view text)
{
    const auto invalid = [&text](std::string_view reason) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("address '{}': {}; expected HOST:PORT, such as pc7.lan:7000, 192.0.2.1:7000 or "
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
    if (port.size() < 2) {
        return invalid("the port is missing (`lanspread status` on the other computer shows it)");
    }
    port.remove_prefix(1);
    HostPort result{.host = std::string(host)};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), result.port);
    if (error != std::errc{} || end != port.data() + port.size() || result.port == 0) {
        return invalid("the port must be a number from 1 to 65535");
    }
    return result;
}

}  // namespace lanspread::party
