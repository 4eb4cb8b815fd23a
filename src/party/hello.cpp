#include "party/hello.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"

namespace lanspread::party {

std::string display_name(std::string_view text, const PeerId& id)
{
    auto name = clip_utf8(text, max_name_size);
    if (name.empty() || has_control_characters(name)) {
        return "peer " + id.short_hex();
    }
    return name;
}

Result<void> check_protocol(const wire::Hello& theirs, std::string_view our_name, const PeerId& their_id)
{
    if (theirs.protocol == wire::protocol_version) {
        return {};
    }
    const auto their_name = display_name(theirs.name, their_id);
    return fail(
        ErrorCode::refused,
        fmt::format("{} speaks version {} of the protocol, {} speaks version {}: update lanspread on {}",
                    their_name, theirs.protocol, our_name, wire::protocol_version,
                    theirs.protocol < wire::protocol_version ? their_name : our_name));
}

}  // namespace lanspread::party
