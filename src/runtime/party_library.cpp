#include "runtime/party_library.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "platform/paths.h"

namespace lanspread::runtime {

namespace {

/// Versions before contents, so that iteration goes from the oldest version to the newest.
using Key = std::pair<std::string, ContentId>;

struct Holders {
    wire::GameEntry entry;              ///< a complete holder's, where there is one
    std::vector<std::string> peers;     ///< who have it completely
    std::vector<std::string> partials;  ///< who are fetching it
};

std::map<Key, Holders> by_content(const std::vector<Offer>& offers)
{
    std::map<Key, Holders> contents;
    for (const auto& offer : offers) {
        auto& holders = contents[{offer.entry.version, offer.entry.content}];
        if (offer.entry.complete || holders.peers.empty()) {
            holders.entry = offer.entry;
        }
        (offer.entry.complete ? holders.peers : holders.partials).push_back(offer.peer_name);
    }
    return contents;
}

/// The more, the rather it is what `get` means. Those who are fetching something count only where nobody has
/// it.
auto standing(const Holders& holders)
{
    const auto partials = holders.peers.empty() ? holders.partials.size() : 0;
    return std::tuple(holders.peers.size(), partials, std::string_view(holders.entry.version));
}

}  // namespace

std::optional<wire::GameEntry> decide_download(const std::vector<Offer>& offers,
                                               const std::optional<wire::GameEntry>& local,
                                               const std::string& version)
{
    auto contents = by_content(offers);
    if (local) {
        auto& holders = contents[{local->version, local->content}];
        holders.entry = *local;
        holders.peers.emplace_back();  // this one
    }
    const Holders* best = nullptr;
    for (const auto& [key, holders] : contents) {
        if (!version.empty() && key.first != version) {
            continue;
        }
        if (best == nullptr || standing(holders) > standing(*best)) {
            best = &holders;
        }
    }
    if (best == nullptr) {
        return std::nullopt;
    }
    const bool is_step_back = version.empty() && local && best->entry.version < local->version;
    return is_step_back ? local : best->entry;
}

wire::GameEntry to_entry(const content::Manifest& manifest, bool complete)
{
    return {.game = manifest.game(),
            .version = manifest.version(),
            .content = manifest.content_id(),
            .size = manifest.total_size(),
            .chunks = manifest.chunk_count(),
            .files = static_cast<std::uint32_t>(manifest.files().size()),
            .complete = complete};
}

wire::GameEntry to_entry(const library::LocalGame& game) { return to_entry(*game.manifest, true); }

Game merge_game(const GameId& id, const std::vector<Offer>& offers, const library::LocalGame* local,
                const std::optional<swarm::DownloadStatus>& download)
{
    auto contents = by_content(offers);
    Game game{.id = id.text(), .title = id.text()};  // a title needs a catalog, which is not built yet
    if (local != nullptr) {
        game.local = true;
        game.local_version = local->version;
        game.path = platform::to_utf8(local->root);
        game.size = local->manifest->total_size();
        contents[{local->version, local->content}].entry = to_entry(*local);
    } else if (const auto offer = decide_download(offers, std::nullopt, "")) {
        game.size = offer->size;
    }
    for (auto& [key, holders] : contents) {
        std::ranges::sort(holders.peers);
        std::ranges::sort(holders.partials);
        game.versions.push_back({.version = key.first,
                                 .content = key.second.hex(),
                                 .size = holders.entry.size,
                                 .files = holders.entry.files,
                                 .peers = std::move(holders.peers),
                                 .partial_peers = std::move(holders.partials),
                                 .local = local != nullptr && local->content == key.second});
    }
    std::ranges::reverse(game.versions);
    if (download) {
        game.downloads.push_back(to_model(*download));
    }
    return game;
}

Download to_model(const swarm::DownloadStatus& status)
{
    Download download{.game = status.game.text(),
                      .version = status.version,
                      .content = status.content.hex(),
                      .state = std::string(to_string(status.state)),
                      .reason = status.reason,
                      .priority = std::string(to_string(status.priority)),
                      .position = static_cast<std::uint32_t>(status.position),
                      .bytes_done = status.bytes_done,
                      .bytes_total = status.bytes_total,
                      .bytes_fetched = status.bytes_fetched,
                      .bytes_twice = status.bytes_twice,
                      .bytes_per_second = status.bytes_per_second,
                      .seconds = status.seconds,
                      .eta_seconds = status.eta_seconds,
                      .sources = {}};
    for (const auto& source : status.sources) {
        download.sources.push_back({source.peer.hex(), source.name, source.bytes, source.bytes_per_second});
    }
    return download;
}

}  // namespace lanspread::runtime
