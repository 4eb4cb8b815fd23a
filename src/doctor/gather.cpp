#include "doctor/gather.h"

#include "platform/files.h"
#include "platform/process.h"

namespace lanspread::doctor {

namespace {

constexpr std::size_t max_conf_size = 65536;

/// nft says nothing useful to those who are not root.
void look_at_nftables(Firewalls& firewalls)
{
    const auto listed = platform::run_program({"nft", "--json", "list", "ruleset"});
    if (!listed) {
        firewalls.nftables =
            listed.error().code == ErrorCode::not_found ? FirewallState::absent : FirewallState::unreadable;
        return;
    }
    auto rules = listed->exit_code == 0 ? NftRuleset::parse(listed->output)
                                        : fail(ErrorCode::refused, "nft: not allowed");
    if (!rules) {
        firewalls.nftables = FirewallState::unreadable;
        return;
    }
    firewalls.nftables = rules->filters_input() ? FirewallState::active : FirewallState::inactive;
    firewalls.rules = std::move(*rules);
}

void look_at_ufw(Firewalls& firewalls)
{
    const auto status = platform::run_program({"ufw", "status", "verbose"});
    if (!status) {
        firewalls.ufw =
            status.error().code == ErrorCode::not_found ? FirewallState::absent : FirewallState::unreadable;
        return;
    }
    firewalls.ufw_status = parse_ufw_status(status->output);
    if (firewalls.ufw_status) {
        firewalls.ufw = firewalls.ufw_status->is_active ? FirewallState::active : FirewallState::inactive;
        return;
    }
    const auto conf = platform::read_file("/etc/ufw/ufw.conf", max_conf_size);
    firewalls.ufw = !conf                                    ? FirewallState::unreadable
                    : is_enabled_in_ufw_conf(as_text(*conf)) ? FirewallState::active
                                                             : FirewallState::inactive;
}

void look_at_firewalld(Firewalls& firewalls)
{
    const auto state = platform::run_program({"firewall-cmd", "--state"});
    if (!state) {
        firewalls.firewalld =
            state.error().code == ErrorCode::not_found ? FirewallState::absent : FirewallState::unreadable;
        return;
    }
    firewalls.firewalld = parse_firewalld_state(state->exit_code, state->output + state->errors);
}

}  // namespace

Result<std::vector<Card>> look_at_cards()
{
    auto interfaces = platform::network_interfaces();
    if (!interfaces) {
        return fail(interfaces.error());
    }
    std::vector<Card> cards;
    for (auto& interface : platform::ranked(std::move(*interfaces))) {
        const auto speed = interface.is_up ? platform::link_speed(interface.name) : platform::LinkSpeed();
        cards.push_back({.interface = std::move(interface), .speed = speed});
    }
    return cards;
}

Firewalls look_at_firewalls()
{
    Firewalls firewalls;
    look_at_nftables(firewalls);
    look_at_ufw(firewalls);
    look_at_firewalld(firewalls);
    return firewalls;
}

}  // namespace lanspread::doctor
