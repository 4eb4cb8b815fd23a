#include "base/address.h"

#include "base/utf8.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

namespace lanspread {

namespace {

constexpr std::size_t max_text_size =
    100;  // the longest IPv6 address with a card's name and a port has about 70

boost::asio::ip::address_v6 to_asio(const Address& address)
{
    return boost::asio::ip::address_v6(address.ip, address.scope);
}

}  // namespace

bool Address::is_v4() const { return to_asio(*this).is_v4_mapped(); }
bool Address::is_loopback() const { return is_v4() ? ip[12] == 127 : to_asio(*this).is_loopback(); }

bool Address::is_unspecified() const
{
    return std::all_of(ip.begin() + (is_v4() ? 12 : 0), ip.end(), [](auto byte) { return byte == 0; });
}

bool Address::is_multicast() const
{
    return is_v4() ? ip[12] >= 224 && ip[12] < 240 : to_asio(*this).is_multicast();
}
bool Address::is_link_local() const
{
    return is_v4() ? ip[12] == 169 && ip[13] == 254 : to_asio(*this).is_link_local();
}

Address Address::v4(std::array<std::uint8_t, 4> ip, std::uint16_t port)
{
    Address address{.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, .port = port};
    std::copy(ip.begin(), ip.end(), address.ip.begin() + 12);
    return address;
}

std::string Address::ip_text() const
{
    return is_v4() ? fmt::format("{}.{}.{}.{}", ip[12], ip[13], ip[14], ip[15]) : to_asio(*this).to_string();
}

std::string Address::text() const
{
    return is_v4() ? fmt::format("{}:{}", ip_text(), port) : fmt::format("[{}]:{}", ip_text(), port);
}

Result<Address> Address::parse(std::string_view text, std::uint16_t default_port)
{
    const auto invalid = [&text] {
        return fail(
            ErrorCode::invalid_input,
            fmt::format(
                "address '{}': expected an IP address with an optional port, such as 192.0.2.1:7000 or "
                "[2001:db8::1]:7000",
                clip_utf8(text, max_text_size)));
    };
    if (text.size() > max_text_size || has_control_characters(text)) {
        return invalid();
    }
    auto host = text;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || (end + 1 < text.size() && text[end + 1] != ':')) {
            return invalid();
        }
        host = text.substr(1, end - 1);
        has_port = end + 1 < text.size();
        port = has_port ? text.substr(end + 2) : "";
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        host = text.substr(0, text.find(':'));
        has_port = true;
        port = text.substr(host.size() + 1);
    }
    Address address{.port = default_port};
    if (has_port) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
        if (error != std::errc{} || end != port.data() + port.size()) {
            return invalid();
        }
    }
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(std::string(host), error);
    if (error || (parsed.is_v4() && text.starts_with('['))) {
        return invalid();
    }
    if (parsed.is_v4()) {
        return Address::v4(parsed.to_v4().to_bytes(), address.port);
    }
    address.ip = parsed.to_v6().to_bytes();
    address.scope = static_cast<std::uint32_t>(parsed.to_v6().scope_id());
    if (address.scope == 0 && host.contains('%')) {
        return invalid();  // Asio reads a card that is not there as none
    }
    return address;
}

}  // namespace lanspread
