#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/error.h"
#include "wire/messages.h"

namespace lanspread::party {

/// The longest display name, in bytes of UTF-8.
inline constexpr std::size_t max_name_size = 64;

/// `text` as it may be shown: at most max_name_size bytes, without control characters (a terminal obeys
/// them). Where nothing is left, a name made of `id`.
[[nodiscard]] std::string display_name(std::string_view text, const PeerId& id);

/// Refuses a Hello of another version of the protocol, and says whose lanspread must be updated. `our_name`
/// is ours.
[[nodiscard]] Result<void> check_protocol(const wire::Hello& theirs, std::string_view our_name,
                                          const PeerId& their_id);

}  // namespace lanspread::party
