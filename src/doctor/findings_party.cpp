// What the party tells: who reaches whom, what gets through, who is slow, whose clock is wrong.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "doctor/findings.h"

namespace lanspread::doctor {

namespace {

/// Texts that list more than so many things are not read.
constexpr std::size_t max_listed = 5;

std::string listed(const std::vector<std::string>& things)
{
    const auto shown = std::min(things.size(), max_listed);
    auto text = fmt::format(
        "{}", fmt::join(things.begin(), things.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (shown < things.size()) {
        text += fmt::format(" and {} more", things.size() - shown);
    }
    return text;
}

/// The ids of all peers by the names under which they are known.
std::map<std::string, std::set<std::string>> ids_by_name(const Diagnosis& party)
{
    std::map<std::string, std::set<std::string>> ids;
    ids[party.name].insert(party.id);
    for (const auto& member : party.members) {
        ids[member.seen.name].insert(member.seen.id);
    }
    return ids;
}

Finding unreachable_from_outside(const Facts& facts, const DialBacks& tried)
{
    const bool is_everybody = tried.reached.empty();
    return {.severity = "problem",
            .topic = "reach",
            .text = fmt::format(
                        "{} cannot reach this PC at UDP port {} on {} own: something keeps out what was not "
                        "asked for, most likely the firewall of this PC. Two PCs that both do so never meet",
                        listed(tried.failed), facts.party->port, tried.failed.size() == 1 ? "its" : "their") +
                    (is_everybody ? "" : fmt::format(" ({} can)", listed(tried.reached))),
            .remedy = firewall_remedy(facts)};
}

/// Pairs of which one says that it is not connected to the other, and neither says that it is.
std::vector<std::string> separated_pairs(const Diagnosis& party, const std::vector<ReachRow>& reach)
{
    struct Told {
        bool is_connected = false;
        bool is_apart = false;
    };
    std::map<std::pair<std::string, std::string>, Told> pairs;
    for (const auto& row : reach) {
        auto& told = pairs[std::minmax(row.from, row.to)];
        told.is_connected = told.is_connected || row.state == "connected";
        told.is_apart = told.is_apart || (row.state != "connected" && row.state != "silent");
    }
    std::vector<std::string> separated;
    for (const auto& [pair, told] : pairs) {
        if (told.is_apart && !told.is_connected) {
            separated.push_back(fmt::format("{} and {}", call(party, pair.first), call(party, pair.second)));
        }
    }
    return separated;
}

Finding about_multicast(const MulticastRow& row, bool other_works)
{
    const auto name = row.path == "mdns" ? "mDNS" : "the beacon";
    std::string text;
    if (row.in == 0 && row.out == 0) {
        text = fmt::format(
            "{} does not get through on {}, in neither direction: a switch, an access point or a firewall "
            "drops it",
            name, row.interface);
    } else if (row.in == 0) {
        text =
            fmt::format("{} of others does not come in on {}: most likely the firewall of this PC drops it",
                        name, row.interface);
    } else {
        text = fmt::format("{} of this PC is not heard by others behind {}", name, row.interface);
    }
    text += other_works ? ". The other way to be found works"
                        : ". New PCs are found only through those that are connected, or by a typed address";
    return {.severity = other_works ? "warning" : "problem",
            .topic = "multicast",
            .text = std::move(text),
            .remedy = other_works ? std::vector<std::string>()
                                  : std::vector<std::string>{"lanspread connect HOST"}};
}

bool works(const MulticastRow& row) { return row.in > 0 && row.out > 0; }

std::string ahead_text(double milliseconds)
{
    const double seconds = std::abs(milliseconds) / 1000;
    const auto amount = seconds < 120    ? fmt::format("{:.0f} s", seconds)
                        : seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60)
                                         : fmt::format("{:.0f} h", seconds / 3600);
    return fmt::format("{} {}", amount, milliseconds > 0 ? "ahead" : "behind");
}

void look_at_clocks(const Diagnosis& party, std::vector<Finding>& findings)
{
    constexpr double tolerated_ms = 2000;
    std::vector<std::string> wrong;
    for (const auto& member : party.members) {
        if (member.answered && std::abs(member.clock_ahead_ms) - member.clock_uncertainty_ms > tolerated_ms) {
            wrong.push_back(
                fmt::format("{}: {}", call(party, member.seen.id), ahead_text(member.clock_ahead_ms)));
        }
    }
    if (!wrong.empty()) {
        findings.push_back(
            {.severity = "note",
             .topic = "clock",
             .text = fmt::format("clocks differ from this PC's ({}). lanspread does not mind; some games "
                                 "do, and times in logs do not fit together",
                                 listed(wrong)),
             .remedy = {"timedatectl set-ntp true"}});
    }
}

}  // namespace

std::string call(const Diagnosis& party, const std::string& id)
{
    for (const auto& [name, ids] : ids_by_name(party)) {
        if (ids.contains(id)) {
            return ids.size() == 1 ? name : fmt::format("{} ({})", name, id.substr(0, 12));
        }
    }
    return id.substr(0, 12);
}

DialBacks dial_backs(const Diagnosis& party)
{
    DialBacks result;
    for (const auto& member : party.members) {
        if (member.dial_back == "reached") {
            result.reached.push_back(call(party, member.seen.id));
        } else if (member.dial_back == "failed") {
            result.failed.push_back(call(party, member.seen.id));
        }
    }
    return result;
}

std::vector<Finding> find_in_reach(const Facts& facts, const std::vector<ReachRow>& reach)
{
    std::vector<Finding> findings;
    if (!facts.party) {
        return findings;
    }
    if (const auto tried = dial_backs(*facts.party); !tried.failed.empty()) {
        findings.push_back(unreachable_from_outside(facts, tried));
    }
    if (const auto separated = separated_pairs(*facts.party, reach); !separated.empty()) {
        findings.push_back(
            {.severity = "problem",
             .topic = "reach",
             .text = fmt::format("not connected to each other: {}. Run `lanspread doctor` on one of each "
                                 "pair, and look whether both are in the same network",
                                 listed(separated)),
             .remedy = {}});
    }
    return findings;
}

std::vector<Finding> find_in_multicast(const Facts& facts, const std::vector<MulticastRow>& rows)
{
    std::vector<Finding> findings;
    if (!facts.party) {
        return findings;
    }
    if (!facts.party->discovery) {
        findings.push_back(
            {.severity = "note",
             .topic = "multicast",
             .text = "this peer was started with --no-discovery: others do not find it by themselves",
             .remedy = {}});
        return findings;
    }
    for (const auto& row : rows) {
        if (row.peers > 0 && !works(row)) {
            const bool other_works = std::ranges::any_of(rows, [&](const MulticastRow& other) {
                return other.interface == row.interface && other.path != row.path && works(other);
            });
            findings.push_back(about_multicast(row, other_works));
        }
    }
    return findings;
}

std::vector<Finding> find_in_speeds(const Facts& facts)
{
    constexpr double fast = 300;  // Mbit/s: no link of 100 Mbit/s reaches it
    constexpr double slow = 110;  // and none measures more
    std::map<std::string, double> best;
    for (const auto& speed : facts.speeds) {
        if (speed.megabits > 0) {
            for (const auto& id : {speed.from, speed.to}) {
                best[id] = std::max(best[id], speed.megabits);
            }
        }
    }
    const bool is_fast_party =
        std::ranges::any_of(best, [](const auto& entry) { return entry.second >= fast; });
    std::vector<Finding> findings;
    for (const auto& [id, megabits] : best) {
        if (facts.party && is_fast_party && megabits <= slow) {
            findings.push_back(
                {.severity = "problem",
                 .topic = "speed",
                 .text = fmt::format("{} reaches {:.0f} Mbit/s at most, others {:.0f} and more: look at "
                                     "its cable and its port of the switch",
                                     call(*facts.party, id), megabits, fast),
                 .remedy = {}});
        }
    }
    return findings;
}

std::vector<Finding> find_in_members(const Facts& facts)
{
    std::vector<Finding> findings;
    if (!facts.party) {
        return findings;
    }
    const auto& party = *facts.party;
    for (const auto& problem : party.problems) {
        findings.push_back({.severity = "problem", .topic = "peer", .text = problem, .remedy = {}});
    }
    if (party.members.empty()) {
        findings.push_back(
            {.severity = "note",
             .topic = "peer",
             .text = "no other peer is known: whether others reach this PC, and whether multicast gets "
                     "through, cannot be tested alone. Start lanspread on a second PC",
             .remedy = {}});
    }
    for (const auto& [name, ids] : ids_by_name(party)) {
        if (ids.size() > 1) {
            findings.push_back({.severity = "note",
                                .topic = "names",
                                .text = fmt::format("{} peers are called {}: tell them apart by their ids",
                                                    ids.size(), name),
                                .remedy = {"lanspread run --name ANOTHER …"}});
        }
    }
    look_at_clocks(party, findings);
    return findings;
}

}  // namespace lanspread::doctor
