#pragma once

#include <string>
#include <vector>

#include "doctor/facts.h"
#include "doctor/report.h"

/// What is wrong, out of the facts: each function looks at one topic. Pure; texts of others (names) come as
/// they are.
namespace lanspread::doctor {

[[nodiscard]] std::vector<Finding> find_in_interfaces(const Facts& facts);
[[nodiscard]] std::vector<Finding> find_in_firewalls(const Facts& facts);

// About the party: nothing is found where no peer runs.
/// Whether others reach this PC from outside, and every one every other.
[[nodiscard]] std::vector<Finding> find_in_reach(const Facts& facts, const std::vector<ReachRow>& reach);
[[nodiscard]] std::vector<Finding> find_in_multicast(const Facts& facts,
                                                     const std::vector<MulticastRow>& rows);
[[nodiscard]] std::vector<Finding> find_in_speeds(const Facts& facts);
/// Clocks, names, and what the peer itself complains of.
[[nodiscard]] std::vector<Finding> find_in_members(const Facts& facts);

/// The ports that lanspread wants to be reached at, with the packets that have to come in on the cards that a
/// party is likely behind.
[[nodiscard]] std::vector<NeededPort> needed_ports(const Facts& facts);

/// The lines that open the firewall, or that tell more about it.
[[nodiscard]] std::vector<std::string> firewall_remedy(const Facts& facts);

/// The names of those that reached this PC when they dialled back, and of those that failed.
struct DialBacks {
    std::vector<std::string> reached;  ///< names
    std::vector<std::string> failed;
};
[[nodiscard]] DialBacks dial_backs(const Diagnosis& party);

/// What others are called in texts: the name, with the beginning of the id where another has the same one.
[[nodiscard]] std::string call(const Diagnosis& party, const std::string& id);

}  // namespace lanspread::doctor
