#include "lanspread/doctor_output.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lanspread/format.h"

namespace lanspread::cli {

namespace {

using doctor::Report;

std::string finding_text(const doctor::Finding& finding)
{
    auto text = fmt::format("{:<8} {}.\n", finding.severity == "problem" ? "PROBLEM" : finding.severity,
                            printable(finding.text));
    for (const auto& line : finding.remedy) {
        text += fmt::format("{:<8}   {}\n", "", printable(line));
    }
    return text;
}

std::string findings_text(const Report& report)
{
    std::string text;
    for (const auto& finding : report.findings) {
        text += finding_text(finding);
    }
    return report.good ? "No problem was found.\n" + text : text;
}

std::string section(std::string_view title, const Table& table)
{
    return table.empty() ? std::string() : fmt::format("\n{}\n{}", title, table.text());
}

std::string link_text(const doctor::InterfaceRow& row)
{
    if (row.megabits == 0) {
        return "-";
    }
    auto text = fmt::format("{} Mbit/s", row.megabits);
    if (row.card_megabits > row.megabits) {
        text += fmt::format(" (card: {})", row.card_megabits);
    }
    return row.half_duplex ? text + ", half duplex" : text;
}

std::string interfaces_text(const Report& report)
{
    Table table({"CARD", "USED", "WHY", "LINK", "ADDRESSES"});
    for (const auto& row : report.interfaces) {
        table.add({row.name, row.usable ? "yes" : "no", row.reason, link_text(row),
                   fmt::format("{}", fmt::join(row.addresses, ", "))});
    }
    return section("Network cards, the likeliest first", table);
}

std::string firewalls_text(const Report& report)
{
    Table programs({"FIREWALL", "STATE"});
    for (const auto& row : report.firewalls) {
        programs.add({row.program, row.state});
    }
    Table ports({"UDP PORT", "FOR", "BY THE RULES"});
    for (const auto& row : report.ports) {
        ports.add({std::to_string(row.port), row.purpose, row.firewall});
    }
    return section("Firewalls of this PC", programs) + "\n" + ports.text();
}

std::string multicast_text(const Report& report)
{
    Table table({"CARD", "WAY", "HEARD FROM", "HEARD BY", "VERDICT"});
    for (const auto& row : report.multicast) {
        table.add({row.interface, row.path == "mdns" ? "mDNS" : row.path,
                   fmt::format("{} of {}", row.in, row.peers), fmt::format("{} of {}", row.out, row.peers),
                   row.verdict});
    }
    return section("Being found", table);
}

std::string clock_text(const doctor::PeerRow& row, bool is_self)
{
    return is_self || !row.answered ? "-" : fmt::format("{:+.1f} s", row.clock_ahead_ms / 1000);
}

std::string reached_text(const std::string& dial_back)
{
    if (dial_back == "reached") {
        return "yes";
    }
    return dial_back == "failed" ? "NO" : dial_back.empty() ? "-" : dial_back;
}

std::string peers_text(const Report& report)
{
    Table table({"#", "NAME", "ID", "ADDRESS", "CLOCK", "REACHES THIS PC", "PROBLEM"});
    for (std::size_t index = 0; index < report.peers.size(); ++index) {
        const auto& row = report.peers[index];
        table.add({std::to_string(index + 1), index == 0 ? row.name + " (this PC)" : row.name,
                   row.id.substr(0, 12), row.address.empty() ? "-" : row.address, clock_text(row, index == 0),
                   reached_text(row.dial_back), row.problem});
    }
    return section("Peers", table);
}

std::string round_trip_cell(const doctor::ReachRow& row)
{
    if (row.state == "connected") {
        return row.round_trip_ms < 10 ? fmt::format("{:.1f}", row.round_trip_ms)
                                      : fmt::format("{:.0f}", row.round_trip_ms);
    }
    return row.state == "silent" ? "?" : "NO";
}

std::string speed_cell(const doctor::ReachRow& row)
{
    return row.megabits > 0 ? fmt::format("{:.0f}", row.megabits) : "-";
}

/// A row for each peer, and a column for each, by their numbers in the table of peers.
template <class Cell>
std::string matrix(const Report& report, std::string_view title, Cell cell)
{
    if (report.peers.size() < 2) {
        return {};
    }
    Table::Row heading{"#", "FROM"};
    for (std::size_t index = 0; index < report.peers.size(); ++index) {
        heading.push_back(fmt::format("to {}", index + 1));
    }
    Table table(std::move(heading));
    for (std::size_t index = 0; index < report.peers.size(); ++index) {
        const auto& from = report.peers[index];
        Table::Row row{std::to_string(index + 1), from.name};
        for (const auto& to : report.peers) {
            const auto found = std::ranges::find_if(report.reach, [&](const doctor::ReachRow& one) {
                return one.from == from.id && one.to == to.id;
            });
            row.push_back(found == report.reach.end() ? "" : cell(*found));
        }
        table.add(std::move(row));
    }
    return section(title, table);
}

/// Why some pairs were not measured: each reason once for each peer that gave it.
std::string speeds_text(const Report& report)
{
    std::set<std::string> reasons;
    bool is_measured = false;
    for (const auto& row : report.reach) {
        is_measured = is_measured || row.megabits > 0;
        if (!row.speed_problem.empty()) {
            const auto to = std::ranges::find(report.peers, row.to, &doctor::PeerRow::id);
            reasons.insert(fmt::format("not measured towards {}: {}",
                                       to == report.peers.end() ? row.to : to->name, row.speed_problem));
        }
    }
    auto text = is_measured ? matrix(report, "How fast: Mbit/s from row to column", speed_cell) : "";
    for (const auto& reason : reasons) {
        text += printable(reason) + '\n';
    }
    return text;
}

}  // namespace

std::string shell_word(std::string_view text)
{
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/._-+:,@%").contains(c);
    };
    if (!text.empty() && std::ranges::all_of(text, is_plain)) {
        return std::string(text);
    }
    std::string word = "'";
    for (const char c : text) {
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return word + "'";
}

std::string text_of(const Report& report)
{
    return findings_text(report) + interfaces_text(report) + firewalls_text(report) + multicast_text(report) +
           peers_text(report) +
           matrix(report, "Who reaches whom: round-trip time in ms (NO: not connected, ?: no answer)",
                  round_trip_cell) +
           speeds_text(report);
}

}  // namespace lanspread::cli
