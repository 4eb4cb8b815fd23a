#include "lanspread/output.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lanspread/format.h"

namespace lanspread::cli {

namespace {

std::string short_id(const std::string& id) { return id.substr(0, 12); }

/// How long ago, as coarse as is of use.
std::string age_text(std::uint64_t seconds)
{
    constexpr std::uint64_t minute = 60;
    constexpr std::uint64_t hour = 60 * minute;
    if (seconds < 2 * minute) {
        return fmt::format("{} s ago", seconds);
    }
    return seconds < 2 * hour ? fmt::format("{} min ago", seconds / minute)
                              : fmt::format("{} h ago", seconds / hour);
}

/// "mdns eth0 12 s ago, gossip from anna 3 min ago".
std::string found_by_text(const runtime::Peer& peer)
{
    std::vector<std::string> paths;
    for (const auto& found : peer.found_by) {
        const auto where = found.interface.empty()  ? ""
                           : found.path == "gossip" ? " from " + found.interface
                                                    : ' ' + found.interface;
        paths.push_back(fmt::format("{}{} {}", found.path, where, age_text(found.seconds_ago)));
    }
    return fmt::format("{}", fmt::join(paths, ", "));
}

/// "/games: 12 games, 30 GB free", or what it is instead of being there.
std::string folder_text(const runtime::GamesFolderState& folder)
{
    const auto state = in_words(folder.state);
    const auto doing =
        fmt::format("{}, {} free", count_text(folder.games, "game"), size_text(folder.free_bytes));
    return folder.state == "present"     ? fmt::format("{}: {}", folder.path, doing)
           : folder.state == "read_only" ? fmt::format("{}: {}, {}", folder.path, state, doing)
           : folder.state == "full"      ? fmt::format("{}: {}, {}", folder.path, state, doing)
                                         : fmt::format("{}: {}", folder.path, state);
}

std::string catalog_text(const runtime::CatalogStatus& catalog)
{
    const auto file = catalog.file.empty()
                          ? std::string("none")
                          : fmt::format("{}: {}", catalog.file, count_text(catalog.games, "game"));
    return catalog.covers.empty() ? file : fmt::format("{}; covers in {}", file, catalog.covers);
}

std::string service_text(const runtime::ServiceStatus& service)
{
    auto text = fmt::format("{} {}", service.name, service.running ? "runs" : "does not run");
    if (service.restarts > 0) {
        text += fmt::format(", started again {}", count_text(service.restarts, "time"));
    }
    if (!service.last_error.empty()) {
        text += fmt::format(", last error: {}", service.last_error);
    }
    return text;
}

}  // namespace

std::string fact(std::string_view label, std::string_view text)
{
    return fmt::format("{:<14}{}\n", label, printable(text));
}

std::string percent_text(const runtime::Download& download)
{
    if (download.state == "done") {
        return "100 %";
    }
    const auto total = std::max<std::uint64_t>(download.bytes_total, 1);
    const auto part = static_cast<double>(download.bytes_done) / static_cast<double>(total);
    return fmt::format("{} %", std::min(static_cast<int>(part * 100), 99));
}

std::string state_text(const runtime::Download& download)
{
    auto state = in_words(download.state);
    if (download.state != "done" && download.bytes_total > 0) {
        state += fmt::format(", {} of {}", percent_text(download), size_text(download.bytes_total));
    }
    return download.reason.empty() ? state : fmt::format("{} ({})", state, download.reason);
}

std::string text_of(const runtime::Status& status)
{
    auto text =
        fact("name", status.name) + fact("peer id", status.id) + fact("version", status.version) +
        fact("listens on", fmt::format("{}", fmt::join(status.listen, ", "))) +
        fact("cipher", status.cipher) + fact("peers", std::to_string(status.peers)) +
        fact("games here", fmt::format("{}{}", status.games, status.scanning ? " (being scanned)" : "")) +
        fact("sent", size_text(status.bytes_sent)) + fact("received", size_text(status.bytes_received));
    for (const auto& folder : status.games_folders) {
        text += fact("games folder", folder_text(folder));
    }
    if (!status.catalog.file.empty() || !status.catalog.covers.empty()) {
        text += fact("catalog", catalog_text(status.catalog));
    }
    if (!status.watch.empty()) {
        text += fact("watching", status.watch);
    }
    for (const auto& program : status.playing) {
        text += fact("playing", fmt::format("{}: uploads give way to it", program));
    }
    for (const auto& service : status.services) {
        text += fact("service", service_text(service));
    }
    for (const auto& problem : status.problems) {
        text += fact("PROBLEM", problem);
    }
    return text;
}

std::string text_of(const std::vector<runtime::Peer>& peers)
{
    if (peers.empty()) {
        return "No other peer is known yet. On a network without multicast, `lanspread connect HOST` "
               "helps.\n";
    }
    Table table({"NAME", "ID", "STATE", "ADDRESS", "GAMES", "PING", "FOUND BY"});
    std::string problems;
    for (const auto& peer : peers) {
        const bool connected = peer.state == "connected";
        table.add({peer.name, short_id(peer.id), peer.state, peer.address, std::to_string(peer.games),
                   connected ? fmt::format("{:.1f} ms", peer.round_trip_ms) : "-", found_by_text(peer)});
        if (!peer.problem.empty()) {
            problems += printable(fmt::format("{}: {}", peer.name, peer.problem)) + '\n';
        }
    }
    return table.text() + problems;
}

std::string text_of(const runtime::VerifyReport& report)
{
    if (report.resumed) {
        return printable(fmt::format("{} {}: its repair goes on", report.game, report.version)) + '\n';
    }
    auto text = printable(fmt::format("{} {}: {} ({} checked)", report.game, report.version,
                                      report.good ? "good" : "NOT as it was shared",
                                      size_text(report.bytes_checked)));
    text += '\n';
    const auto list = [&text](std::string_view what, const std::vector<std::string>& files) {
        for (const auto& file : files) {
            text += fact(what, file);
        }
    };
    list("missing", report.missing);
    list("damaged", report.damaged);
    list("extra", report.extra);
    if (report.bad_chunks > 0) {
        text += fact("to fetch", fmt::format("{} of {} chunks, {}", report.bad_chunks, report.chunks,
                                             size_text(report.bad_bytes)));
    }
    return text;
}

std::string text_of(const runtime::Event& event)
{
    const auto seconds = static_cast<std::time_t>(event.time_ms / 1000);
    return fmt::format("{:%H:%M:%S}  {:<18}  {}\n", fmt::localtime(seconds), printable(event.kind),
                       printable(event.text));
}

}  // namespace lanspread::cli
