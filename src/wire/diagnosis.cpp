#include "wire/diagnosis.h"

#include "wire/checks.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace lanspread::wire {

namespace {

constexpr std::array<std::string_view, 4> states{"connected", "connecting", "unreachable", "banned"};

}  // namespace

Result<void> check(const ReachPath& path)
{
    const auto checked = check_line("path", path.path, max_word_size);
    return checked ? check_line("interface", path.interface, max_word_size) : checked;
}

Result<void> check(const ReachPeer& peer)
{
    if (std::ranges::find(states, peer.state) == states.end()) {
        return fail(ErrorCode::invalid_input, "state: expected connected, connecting, unreachable or banned");
    }
    const auto count = check_count("found_by", peer.found_by.size(), max_reach_paths);
    return count ? check_line("name", peer.name, max_name_size) : count;
}

Result<void> check(const Reach& reach)
{
    if (auto count = check_count("peers", reach.peers.size(), max_reach_peers); !count) {
        return count;
    }
    std::set<PeerId> ids;
    for (const auto& peer : reach.peers) {
        if (!ids.insert(peer.id).second) {
            return fail(ErrorCode::invalid_input, "peers: expected one for an id");
        }
    }
    return {};
}

Result<void> check(const DialledBack& answer)
{
    return check_line("problem", answer.problem, max_problem_size);
}

Result<void> check(const SpeedTested& answer)
{
    if (answer.bytes > filler_size || answer.microseconds == 0) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("bytes: expected at most {}, in some time", filler_size));
    }
    return {};
}

}  // namespace lanspread::wire
