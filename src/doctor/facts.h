#pragma once

#include <optional>
#include <string>
#include <vector>

#include "doctor/diagnosis.h"
#include "doctor/firewall.h"
#include "platform/interfaces.h"
#include "platform/link_speed.h"

namespace lanspread::doctor {

struct Card {
    platform::NetworkInterface interface{};
    platform::LinkSpeed speed{};
};

/// All that is known when the report is made.
struct Facts {
    std::vector<Card> cards;  ///< the best first
    Firewalls firewalls;
    std::optional<Diagnosis> party;  ///< nothing where no peer runs
    std::vector<Speed> speeds;
    std::string state_folder;  ///< of the peer, for lines to type; with quotes where a shell wants them
    bool is_root = false;
};

}  // namespace lanspread::doctor
