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

/// Reads a Hello, or the Failure that came instead. One of another version of the protocol, whatever else is
/// in it, is `refused`, with a message that says whose lanspread must be updated. `our_name` is ours.
[[nodiscard]] Result<wire::Hello> read_hello(std::string_view text, std::string_view our_name,
                                             const PeerId& their_id);

}  // namespace lanspread::party
