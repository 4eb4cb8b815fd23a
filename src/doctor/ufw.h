#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "doctor/passage.h"

/// What ufw says. Pure functions over its output and its configuration.
namespace lanspread::doctor {

/// One line of the rules, as far as it can be about a UDP port.
struct UfwRule {
    struct Range {
        std::uint16_t first = 0;
        std::uint16_t last = 0;
    };
    std::vector<Range> ports;  ///< empty: every port
    bool allows = false;
    bool is_certain = true;  ///< false: it holds for some senders or cards only, or is not understood
};

struct UfwStatus {
    bool is_active = false;
    bool drops_by_default = true;  ///< what no rule is about
    std::vector<UfwRule> rules;    ///< about UDP; the first that fits counts
};

/// Reads `ufw status verbose`; nothing where that is something else.
[[nodiscard]] std::optional<UfwStatus> parse_ufw_status(std::string_view text);

/// Whether ufw starts with the system, by /etc/ufw/ufw.conf, which everybody may read.
[[nodiscard]] bool is_enabled_in_ufw_conf(std::string_view text);

/// Whether a UDP packet to `port` of this PC comes in.
[[nodiscard]] Passage passage(const UfwStatus& status, std::uint16_t port);

}  // namespace lanspread::doctor
