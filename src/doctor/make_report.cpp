#include "doctor/make_report.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "doctor/findings.h"

namespace lanspread::doctor {

namespace {

InterfaceRow row_of(const Card& card)
{
    const auto verdict = platform::judge(card.interface);
    InterfaceRow row{.name = card.interface.name,
                     .kind = std::string(platform::to_string(card.interface.kind)),
                     .usable = verdict.is_usable,
                     .reason = verdict.reason,
                     .addresses = {},
                     .megabits = card.speed.megabits,
                     .card_megabits = card.speed.card,
                     .partner_megabits = card.speed.partner,
                     .half_duplex = card.speed.is_half_duplex};
    for (const auto& entry : card.interface.addresses) {
        row.addresses.push_back(fmt::format("{}/{}", entry.address.ip_text(), entry.prefix_length));
    }
    return row;
}

std::vector<FirewallRow> firewall_rows(const Firewalls& firewalls)
{
    const auto row = [](std::string program, FirewallState state) {
        return FirewallRow{.program = std::move(program), .state = std::string(to_string(state))};
    };
    return {row("nftables", firewalls.nftables), row("ufw", firewalls.ufw),
            row("firewalld", firewalls.firewalld)};
}

std::vector<PortRow> port_rows(const Facts& facts)
{
    std::vector<PortRow> rows;
    for (const auto& port : needed_ports(facts)) {
        rows.push_back({.port = port.port,
                        .purpose = port.purpose,
                        .firewall = std::string(to_string(passage(facts.firewalls, port)))});
    }
    return rows;
}

/// Link-local addresses are the same on every card: their scope tells.
bool is_behind(const Card& card, const std::string& address)
{
    const auto parsed = Address::parse(address);
    return parsed && (parsed->scope == 0 || parsed->scope == card.interface.index) &&
           std::ranges::any_of(card.interface.addresses,
                               [&](const auto& entry) { return entry.is_on_link(*parsed); });
}

MulticastRow multicast_row(const Card& card, std::string path, const Diagnosis& party)
{
    MulticastRow row{
        .interface = card.interface.name, .path = std::move(path), .verdict = "cannot be tested alone"};
    for (const auto& member : party.members) {
        if (!member.answered || !is_behind(card, member.address)) {
            continue;
        }
        ++row.peers;
        row.in += is_heard_here(party, member, row.path, row.interface) ? 1 : 0;
        row.out += is_heard_there(party, member, row.path) ? 1 : 0;
    }
    if (row.peers > 0) {
        row.verdict = row.in > 0 && row.out > 0 ? "works"
                      : row.in > 0              ? "in only"
                      : row.out > 0             ? "out only"
                                                : "does not get through";
    }
    return row;
}

std::vector<MulticastRow> multicast_rows(const Facts& facts)
{
    std::vector<MulticastRow> rows;
    if (!facts.party || !facts.party->discovery) {
        return rows;
    }
    const auto& only = facts.party->interfaces;
    for (const auto& card : facts.cards) {
        const auto& name = card.interface.name;
        const bool is_used = only.empty() ? platform::judge(card.interface).is_usable
                                          : std::ranges::find(only, name) != only.end();
        if (is_used) {
            rows.push_back(multicast_row(card, "mdns", *facts.party));
            rows.push_back(multicast_row(card, "beacon", *facts.party));
        }
    }
    return rows;
}

std::vector<PeerRow> peer_rows(const Diagnosis& party)
{
    std::vector<PeerRow> rows{{.id = party.id, .name = party.name, .answered = true}};
    for (const auto& member : party.members) {
        rows.push_back({.id = member.seen.id,
                        .name = member.seen.name,
                        .address = member.address,
                        .answered = member.answered,
                        .problem = member.problem.empty() ? member.silence : member.problem,
                        .clock_ahead_ms = member.clock_ahead_ms,
                        .dial_back = member.dial_back});
    }
    return rows;
}

/// The row of the matrix that one peer tells.
void add_reach(const std::string& from, const std::vector<View>* sees, const std::vector<std::string>& ids,
               std::vector<ReachRow>& rows)
{
    for (const auto& to : ids) {
        if (to == from) {
            continue;
        }
        ReachRow row{.from = from, .to = to, .state = sees == nullptr ? "silent" : "unknown"};
        if (sees != nullptr) {
            if (const auto view = std::ranges::find(*sees, to, &View::id); view != sees->end()) {
                row.state = view->state;
                row.round_trip_ms = view->state == "connected" ? view->round_trip_ms : 0;
            }
        }
        rows.push_back(std::move(row));
    }
}

std::vector<ReachRow> reach_rows(const Facts& facts)
{
    const auto& party = *facts.party;
    std::vector<std::string> ids{party.id};
    std::vector<View> own;
    for (const auto& member : party.members) {
        ids.push_back(member.seen.id);
        own.push_back(member.seen);
    }
    std::vector<ReachRow> rows;
    add_reach(party.id, &own, ids, rows);
    for (const auto& member : party.members) {
        add_reach(member.seen.id, member.answered ? &member.sees : nullptr, ids, rows);
    }
    std::map<std::pair<std::string, std::string>, const Speed*> speeds;
    for (const auto& speed : facts.speeds) {
        speeds[{speed.from, speed.to}] = &speed;
    }
    for (auto& row : rows) {
        if (const auto found = speeds.find({row.from, row.to}); found != speeds.end()) {
            row.megabits = found->second->megabits;
            row.speed_problem = found->second->problem;
        }
    }
    return rows;
}

void append(std::vector<Finding>& all, std::vector<Finding> some)
{
    std::ranges::move(some, std::back_inserter(all));
}

/// What hinders comes first; in each class the order stays.
std::vector<Finding> sorted(const std::vector<Finding>& findings)
{
    std::vector<Finding> result;
    for (const std::string_view severity : {"problem", "warning", "note"}) {
        std::ranges::copy_if(findings, std::back_inserter(result),
                             [&](const Finding& finding) { return finding.severity == severity; });
    }
    return result;
}

}  // namespace

Report make_report(const Facts& facts)
{
    Report report{.peer_running = facts.party.has_value()};
    std::ranges::transform(facts.cards, std::back_inserter(report.interfaces), row_of);
    report.firewalls = firewall_rows(facts.firewalls);
    report.ports = port_rows(facts);
    if (facts.party) {
        report.multicast = multicast_rows(facts);
        report.peers = peer_rows(*facts.party);
        report.reach = reach_rows(facts);
    } else {
        report.findings.push_back(
            {.severity = "note",
             .topic = "peer",
             .text = "no peer runs here, so that the network could not be tried out: run this again "
                     "while `lanspread run` does",
             .remedy = {}});
    }
    append(report.findings, find_in_interfaces(facts));
    append(report.findings, find_in_reach(facts, report.reach));
    append(report.findings, find_in_firewalls(facts));
    append(report.findings, find_in_multicast(facts, report.multicast));
    append(report.findings, find_in_speeds(facts));
    append(report.findings, find_in_members(facts));
    report.findings = sorted(report.findings);
    report.good = report.findings.empty() || report.findings.front().severity != "problem";
    return report;
}

}  // namespace lanspread::doctor
