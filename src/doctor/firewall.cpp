#include "doctor/firewall.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lanspread::doctor {

namespace {

std::vector<std::uint16_t> numbers_of(const std::vector<NeededPort>& ports)
{
    std::set<std::uint16_t> numbers;
    for (const auto& port : ports) {
        numbers.insert(port.port);
    }
    return {numbers.begin(), numbers.end()};
}

/// Whether a shell and nft take the name as it is.
bool is_plain(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.';
    });
}

std::vector<std::string> nft_lines(const NftRuleset& rules, const std::vector<NeededPort>& ports)
{
    std::set<NftRuleset::ChainName> chains;
    std::vector<NeededPort> closed;
    for (const auto& port : ports) {
        bool is_closed = false;
        for (const auto& packet : port.packets) {
            const auto closing = rules.closing_chains(packet);
            chains.insert(closing.begin(), closing.end());
            is_closed = is_closed || !closing.empty();
        }
        if (is_closed) {
            closed.push_back(port);
        }
    }
    std::vector<std::string> lines;
    for (const auto& chain : chains) {
        if (is_plain(chain.table) && is_plain(chain.chain)) {
            // In quotes, for a shell has its own idea of braces.
            lines.push_back(fmt::format("sudo nft 'insert rule {} {} {} udp dport {{ {} }} accept'",
                                        chain.family, chain.table, chain.chain,
                                        fmt::join(numbers_of(closed), ", ")));
        }
    }
    return lines;
}

}  // namespace

std::string_view to_string(FirewallState state)
{
    switch (state) {
        case FirewallState::absent: return "not installed";
        case FirewallState::inactive: return "inactive";
        case FirewallState::active: return "active";
        case FirewallState::unreadable: return "cannot be read";
    }
    return "";
}

FirewallState parse_firewalld_state(int exit_code, std::string_view output)
{
    // firewall-cmd(1): NOT_RUNNING. Without the bus that it is asked over, it cannot run either.
    constexpr int not_running = 252;
    if (exit_code == 0 && output.starts_with("running")) {
        return FirewallState::active;
    }
    return exit_code == not_running || output.contains("not running") ||
                   output.contains("Failed to connect to socket")
               ? FirewallState::inactive
               : FirewallState::unreadable;
}

bool may_filter(const Firewalls& firewalls)
{
    const auto states = {firewalls.nftables, firewalls.ufw, firewalls.firewalld};
    return std::ranges::any_of(states, [](FirewallState state) {
        return state == FirewallState::active || state == FirewallState::unreadable;
    });
}

Passage passage(const Firewalls& firewalls, const NeededPort& port)
{
    // ufw's own rules are made with iptables, of which nftables shows too little.
    if (firewalls.ufw == FirewallState::active && firewalls.ufw_status) {
        return passage(*firewalls.ufw_status, port.port);
    }
    if (!firewalls.rules) {
        return Passage::unknown;
    }
    auto result = Passage::open;
    for (const auto& packet : port.packets) {
        result = both(result, firewalls.rules->passage(packet));
    }
    return result;
}

std::vector<std::string> opening_lines(const Firewalls& firewalls, const std::vector<NeededPort>& ports)
{
    const auto numbers = numbers_of(ports);
    if (numbers.empty()) {
        return {};
    }
    if (firewalls.ufw == FirewallState::active) {
        return {fmt::format("sudo ufw allow {}/udp", fmt::join(numbers, ","))};
    }
    if (firewalls.firewalld == FirewallState::active) {
        std::string options;
        for (const auto number : numbers) {
            options += fmt::format(" --add-port={}/udp", number);
        }
        return {fmt::format("sudo firewall-cmd --permanent{}", options), "sudo firewall-cmd --reload"};
    }
    return firewalls.rules ? nft_lines(*firewalls.rules, ports) : std::vector<std::string>();
}

}  // namespace lanspread::doctor
