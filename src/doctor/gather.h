#pragma once

#include <vector>

#include "base/error.h"
#include "doctor/facts.h"

/// Looks at this PC: cards, and what the programs that rule over its firewalls say. Blocks, seconds at most.
namespace lanspread::doctor {

[[nodiscard]] Result<std::vector<Card>> look_at_cards();
[[nodiscard]] Firewalls look_at_firewalls();

}  // namespace lanspread::doctor
