#pragma once

#include <vector>

#include "async/task.h"
#include "doctor/diagnosis.h"
#include "party/party.h"

namespace lanspread::runtime {

/// Asks every connected peer whom it sees and what time it has, and some of them to dial back at `port`. One
/// entry for each peer whose id is known, with what came of it; what they say is theirs. Ends within 4 s. The
/// party outlives it.
[[nodiscard]] Task<std::vector<doctor::Member>> ask_party(party::Party* party, std::uint16_t port);

}  // namespace lanspread::runtime
