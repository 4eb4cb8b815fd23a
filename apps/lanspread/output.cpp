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

/// "label      text", for pages of facts.
std::string fact(std::string_view label, std::string_view text)
{
    return fmt::format("{:<14}{}\n", label, printable(text));
}

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

/// Where a game stands in one word or two: what a list has room for.
std::string game_state(const runtime::Game& game)
{
    const bool loading = !game.downloads.empty() && game.downloads.front().state != "done";
    if (loading) {
        return state_text(game.downloads.front());
    }
    return game.local ? "here" : "in the party";
}

std::size_t holder_count(const runtime::Game& game)
{
    std::size_t count = 0;
    for (const auto& version : game.versions) {
        count += version.peers.size();  // a peer has one version of a game complete
    }
    return count;
}

}  // namespace

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
    std::string state = download.state;
    std::ranges::replace(state, '_', ' ');
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
        fact("games folders", fmt::format("{}", fmt::join(status.games_folders, ", "))) +
        fact("cipher", status.cipher) + fact("peers", std::to_string(status.peers)) +
        fact("games here", fmt::format("{}{}", status.games, status.scanning ? " (being scanned)" : "")) +
        fact("sent", size_text(status.bytes_sent)) + fact("received", size_text(status.bytes_received));
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

std::string text_of(const std::vector<runtime::Game>& games)
{
    if (games.empty()) {
        return "No games. `lanspread games --all` lists those of the whole party.\n";
    }
    Table table({"ID", "TITLE", "VERSION", "SIZE", "PEERS", "STATE"});
    for (const auto& game : games) {
        const auto newest = game.versions.empty() ? std::string() : game.versions.front().version;
        table.add({game.id, game.title, game.local ? game.local_version : newest, size_text(game.size),
                   std::to_string(holder_count(game)), game_state(game)});
    }
    return table.text();
}

std::string text_of(const runtime::Game& game)
{
    auto text =
        fact("id", game.id) + fact("title", game.title) +
        fact("here", game.local ? fmt::format("version {} in {}", game.local_version, game.path) : "no") +
        fact("size", size_text(game.size));
    for (const auto& download : game.downloads) {
        text += fact("download", fmt::format("version {}: {}", download.version, state_text(download)));
        for (const auto& source : download.sources) {
            text += fact("", fmt::format("{} from {}, {}", size_text(source.bytes), source.name,
                                         rate_text(source.bytes_per_second)));
        }
    }
    if (!game.versions.empty()) {
        Table table({"VERSION", "SIZE", "FILES", "HERE", "CONTENT", "COMPLETE AT", "IN PART AT"});
        for (const auto& version : game.versions) {
            table.add({version.version, size_text(version.size), std::to_string(version.files),
                       version.local ? "yes" : "no", short_id(version.content),
                       fmt::format("{}", fmt::join(version.peers, ", ")),
                       fmt::format("{}", fmt::join(version.partial_peers, ", "))});
        }
        text += '\n' + table.text();
    }
    return text;
}

std::string text_of(const runtime::VerifyReport& report)
{
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
    return text;
}

std::string text_of(const runtime::Event& event)
{
    const auto seconds = static_cast<std::time_t>(event.time_ms / 1000);
    return fmt::format("{:%H:%M:%S}  {:<18}  {}\n", fmt::localtime(seconds), printable(event.kind),
                       printable(event.text));
}

}  // namespace lanspread::cli
