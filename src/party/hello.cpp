#include "party/hello.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"
#include "wire/codec.h"

namespace lanspread::party {

std::string display_name(std::string_view text, const PeerId& id)
{
    auto name = clip_utf8(text, max_name_size);
    if (name.empty() || has_control_characters(name)) {
        return "peer " + id.short_hex();
    }
    return name;
}

Result<wire::Hello> read_hello(std::string_view text, std::string_view our_name, const PeerId& their_id)
{
    const auto theirs = wire::head_of_hello(text);
    if (!theirs || theirs->protocol == wire::protocol_version) {
        return wire::decode_answer<wire::Hello>(text);
    }
    const auto their_name = display_name(theirs->name, their_id);
    return fail(
        ErrorCode::refused,
        fmt::format("{} speaks version {} of the protocol, {} speaks version {}: update lanspread on {}",
                    their_name, theirs->protocol, our_name, wire::protocol_version,
                    theirs->protocol < wire::protocol_version ? their_name : our_name));
}

}  // namespace lanspread::party
