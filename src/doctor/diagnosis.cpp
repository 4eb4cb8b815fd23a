#include "doctor/diagnosis.h"

#include <algorithm>

namespace lanspread::doctor {

namespace {

bool is_fresh(const Diagnosis& party, const View& view, std::string_view path, std::string_view interface)
{
    const auto limit = path == "mdns" ? party.fresh_mdns_seconds : party.fresh_beacon_seconds;
    return std::ranges::any_of(view.found_by, [&](const wire::ReachPath& found) {
        return found.path == path && (interface.empty() || found.interface == interface) &&
               found.seconds_ago <= limit;
    });
}

}  // namespace

bool is_heard_here(const Diagnosis& party, const Member& member, std::string_view path,
                   std::string_view interface)
{
    return is_fresh(party, member.seen, path, interface);
}

bool is_heard_there(const Diagnosis& party, const Member& member, std::string_view path)
{
    // The card that is told is theirs: by which of ours it went out is told by their address.
    const auto self = std::ranges::find(member.sees, party.id, &View::id);
    return self != member.sees.end() && is_fresh(party, *self, path, {});
}

}  // namespace lanspread::doctor
