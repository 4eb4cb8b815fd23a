// What this PC alone shows: its cards and its firewalls.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "discovery/beacon_packet.h"
#include "discovery/responder.h"
#include "doctor/findings.h"

namespace lanspread::doctor {

namespace {

/// Tunnels, and the bridges of containers, have other firewalls in front of them, and seldom a party behind
/// them.
bool is_likely(const Card& card)
{
    using Kind = platform::InterfaceKind;
    const auto kind = card.interface.kind;
    return platform::judge(card.interface).is_usable && kind != Kind::tunnel && kind != Kind::container;
}

/// Somebody else in the same network.
Address neighbour_of(Address address)
{
    address.ip.back() ^= 1U;
    return address;
}

/// By the card's first address; IPv4 comes first there.
void add_packets(const Card& card, std::uint16_t port, std::vector<Packet>& packets)
{
    if (card.interface.addresses.empty()) {
        return;
    }
    const auto own = card.interface.addresses.front().address;
    Packet packet{.interface = card.interface.name, .from = neighbour_of(own), .to = own};
    if (port == discovery::mdns_port) {
        packet.to = Address::parse(own.is_v4() ? "224.0.0.251" : "ff02::fb").value();  // RFC 6762 §3
        packet.kind = Packet::To::multicast;
    } else if (port == discovery::beacon_port && own.is_v4()) {
        packet.to = Address::v4({255, 255, 255, 255}, 0);
        packet.kind = Packet::To::broadcast;
    }
    packet.to.port = port;
    packets.push_back(std::move(packet));
}

NeededPort needed(const Facts& facts, std::uint16_t port, std::string purpose)
{
    NeededPort result{.port = port, .purpose = std::move(purpose)};
    for (const auto& card : facts.cards) {
        if (is_likely(card)) {
            add_packets(card, port, result.packets);
        }
    }
    return result;
}

Finding slow_link(const std::string& name, const platform::LinkSpeed& speed)
{
    const bool partner_could = speed.partner >= speed.card;
    return {.severity = "problem",
            .topic = "interface",
            .text = fmt::format(
                "{} runs at {} Mbit/s, but the card can do {}: games take that much longer. {}", name,
                speed.megabits, speed.card,
                partner_could
                    ? "The other end of the cable can do it, too: try another cable, for this one may have "
                      "broken pairs"
                    : "Use a port of a gigabit switch, or another cable"),
            .remedy = {}};
}

void look_at(const Card& card, std::vector<Finding>& findings)
{
    constexpr unsigned gigabit = 1000;
    const auto& [interface, speed] = card;
    if (speed.megabits != 0 && speed.megabits < gigabit && speed.card >= gigabit) {
        findings.push_back(slow_link(interface.name, speed));
    }
    if (speed.is_half_duplex) {
        findings.push_back(
            {.severity = "problem",
             .topic = "interface",
             .text = fmt::format("{} runs in half duplex, so that it cannot send and receive at the "
                                 "same time: set the switch port to automatic, or use another cable",
                                 interface.name),
             .remedy = {}});
    }
    const auto is_made_up = [](const platform::InterfaceAddress& entry) {
        return !entry.address.is_v4() || entry.address.is_link_local();
    };
    const bool has_v4 =
        std::ranges::any_of(interface.addresses, [](const auto& entry) { return entry.address.is_v4(); });
    if (has_v4 && std::ranges::all_of(interface.addresses, is_made_up)) {
        findings.push_back(
            {.severity = "warning",
             .topic = "interface",
             .text = fmt::format("{} has an address that it made up (169.254.…), because nobody gave it "
                                 "one (DHCP): it only meets PCs that did the same",
                                 interface.name),
             .remedy = {}});
    }
}

std::string list_of(const std::vector<NeededPort>& ports)
{
    std::vector<std::string> texts;
    for (const auto& port : ports) {
        texts.push_back(fmt::format("{} ({})", port.port, port.purpose));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
}

/// Whether the firewall shuts what a peer cannot do without: its port, or all ways to be found.
bool hinders(const std::vector<NeededPort>& closed)
{
    const bool shuts_transport = std::ranges::any_of(closed, [](const auto& port) {
        return port.port != discovery::mdns_port && port.port != discovery::beacon_port;
    });
    return shuts_transport || closed.size() == 2;
}

Finding about_closed(const Facts& facts, const std::vector<NeededPort>& closed)
{
    const bool is_problem = hinders(closed);
    return {.severity = is_problem ? "problem" : "warning",
            .topic = "firewall",
            .text = fmt::format("the firewall of this PC keeps out UDP to {}: {}", list_of(closed),
                                is_problem ? "others cannot find or reach it"
                                           : "others find it by the other way only"),
            .remedy = firewall_remedy(facts)};
}

}  // namespace

std::vector<NeededPort> needed_ports(const Facts& facts)
{
    std::vector<NeededPort> ports;
    if (facts.party) {
        ports.push_back(needed(facts, facts.party->port, "connections"));
    }
    ports.push_back(needed(facts, discovery::mdns_port, "mDNS"));
    ports.push_back(needed(facts, discovery::beacon_port, "beacon"));
    return ports;
}

std::vector<std::string> firewall_remedy(const Facts& facts)
{
    auto lines = opening_lines(facts.firewalls, needed_ports(facts));
    if (lines.empty() && !facts.is_root) {
        lines.push_back(fmt::format("sudo lanspread doctor --state {}", facts.state_folder));
    }
    return lines;
}

std::vector<Finding> find_in_interfaces(const Facts& facts)
{
    std::vector<Finding> findings;
    bool has_usable = false;
    for (const auto& card : facts.cards) {
        if (platform::judge(card.interface).is_usable) {
            has_usable = true;
            look_at(card, findings);
        }
    }
    if (!has_usable) {
        findings.push_back(
            {.severity = "problem",
             .topic = "interface",
             .text = "no network card has a link and an address: plug in the cable, or join the Wi-Fi; "
                     "the table of cards tells what each one lacks",
             .remedy = {}});
    }
    return findings;
}

std::vector<Finding> find_in_firewalls(const Facts& facts)
{
    std::vector<NeededPort> closed;
    bool is_unknown = false;
    for (auto& port : needed_ports(facts)) {
        const auto verdict = passage(facts.firewalls, port);
        is_unknown = is_unknown || verdict == Passage::unknown;
        if (verdict == Passage::closed) {
            closed.push_back(std::move(port));
        }
    }
    // What others have tried out says more than the rules: find_in_reach tells of it.
    const bool is_reached = facts.party && !dial_backs(*facts.party).reached.empty();
    std::vector<Finding> findings;
    if (!closed.empty()) {
        findings.push_back(about_closed(facts, closed));
    } else if (is_unknown && !is_reached && may_filter(facts.firewalls)) {
        findings.push_back(
            {.severity = "note",
             .topic = "firewall",
             .text = facts.is_root ? "a firewall is active, and its rules are not understood well enough to "
                                     "tell whether they let lanspread through"
                                   : "whether a firewall keeps lanspread out can only be read as root",
             .remedy = firewall_remedy(facts)});
    }
    if (facts.party && !facts.party->port_is_fixed && findings.size() == 1 &&
        findings[0].severity != "note") {
        findings.push_back(
            {.severity = "note",
             .topic = "firewall",
             .text = fmt::format("the port for connections ({}) is another one at the next start, unless "
                                 "it is given",
                                 facts.party->port),
             .remedy = {fmt::format("lanspread run --listen 0.0.0.0:{} …", facts.party->port)}});
    }
    return findings;
}

}  // namespace lanspread::doctor
