#include "check.h"
#include "doctor/firewall.h"

using namespace lanspread;
using namespace lanspread::doctor;

namespace {

Packet packet(std::uint16_t port)
{
    return {
        .interface = "eth0", .from = Address::v4({192, 0, 2, 7}, 0), .to = Address::v4({192, 0, 2, 8}, port)};
}

}  // namespace

/// Whatever nft and ufw print ends in a verdict, and in lines that a shell takes as they are meant.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::uint16_t port = 7000;
    const auto text = as_text(input(data, size));
    Firewalls firewalls{.nftables = FirewallState::active};
    if (auto rules = NftRuleset::parse(text)) {
        firewalls.rules = std::move(*rules);
    }
    firewalls.ufw_status = parse_ufw_status(text);
    (void)is_enabled_in_ufw_conf(text);
    (void)parse_firewalld_state(0, text);
    const NeededPort needed{.port = port, .purpose = "connections", .packets = {packet(port)}};
    const bool is_open = passage(firewalls, needed) == Passage::open;
    const auto lines = opening_lines(firewalls, {needed});
    check(!is_open || lines.empty(), "what is open needs no line");
    for (const auto& line : lines) {
        check(line.size() < size + 100 && line.find_first_of("\n;&|`$") == std::string::npos,
              "a line does one thing");
    }
    firewalls.ufw = FirewallState::active;
    (void)passage(firewalls, needed);
    return 0;
}
