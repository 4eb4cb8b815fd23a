#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/nft_ruleset.h"
#include "doctor/passage.h"
#include "doctor/ufw.h"

/// The firewalls of this PC, what they let in, and the line that opens them. Pure.
namespace lanspread::doctor {

enum class FirewallState {
    absent,    ///< the program is not installed
    inactive,  ///< it keeps nothing out
    active,
    unreadable,  ///< it may or may not be active: asking needs more rights
};

[[nodiscard]] std::string_view to_string(FirewallState state);

/// What was found out about the firewalls.
struct Firewalls {
    FirewallState nftables = FirewallState::absent;
    FirewallState ufw = FirewallState::absent;
    FirewallState firewalld = FirewallState::absent;
    std::optional<NftRuleset> rules = {};      ///< where they could be read
    std::optional<UfwStatus> ufw_status = {};  ///< the same
};

/// The state of firewalld, by what `firewall-cmd --state` ended with.
[[nodiscard]] FirewallState parse_firewalld_state(int exit_code, std::string_view output);

/// A port that lanspread wants to be reached at.
struct NeededPort {
    std::uint16_t port = 0;
    std::string purpose{};          ///< for people
    std::vector<Packet> packets{};  ///< that have to come in; one for each way
};

/// Whether one of them is active, or cannot be asked.
[[nodiscard]] bool may_filter(const Firewalls& firewalls);

/// Whether all of the port's packets come in, as far as the firewalls could be read.
[[nodiscard]] Passage passage(const Firewalls& firewalls, const NeededPort& port);

/// The lines to type, each as root, which let in what comes to `ports`; none where it is not known what keeps
/// it out.
[[nodiscard]] std::vector<std::string> opening_lines(const Firewalls& firewalls,
                                                     const std::vector<NeededPort>& ports);

}  // namespace lanspread::doctor
