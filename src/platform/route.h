#pragma once
#include "base/address.h"

#include <optional>

namespace lanspread::platform {

/// The address of ours that the system would send to `remote` from (port 0), as its routes are now; nothing
/// where there is no way. Sends nothing. Quick; any thread.
[[nodiscard]] std::optional<Address> source_towards(const Address& remote);

}  // namespace lanspread::platform
