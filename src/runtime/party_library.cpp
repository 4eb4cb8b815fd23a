#include "runtime/party_library.h"

#include <algorithm>
#include <map>

#include "platform/paths.h"

namespace lanspread::runtime {

namespace {

/// Versions before contents, so that iteration goes from the oldest version to the newest.
using Key = std::pair<std::string, ContentId>;

struct Holders {
    wire::GameEntry entry;
    std::vector<std::string> peers;
};

std::map<Key, Holders> by_content(const std::vector<Offer>& offers)
{
    std::map<Key, Holders> contents;
    for (const auto& offer : offers) {
        auto& holders = contents[{offer.entry.version, offer.entry.content}];
        holders.entry = offer.entry;
        holders.peers.push_back(offer.peer_name);
    }
    return contents;
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
        const bool is_better =
            best == nullptr || holders.peers.size() > best->peers.size() ||
            (holders.peers.size() == best->peers.size() && key.first > best->entry.version);
        if (is_better) {
            best = &holders;
        }
    }
    if (best == nullptr) {
        return std::nullopt;
    }
    const bool is_step_back = version.empty() && local && best->entry.version < local->version;
    return is_step_back ? local : best->entry;
}

wire::GameEntry to_entry(const library::LocalGame& game)
{
    return {.game = game.id,
            .version = game.version,
            .content = game.content,
            .size = game.manifest->total_size(),
            .chunks = game.manifest->chunk_count(),
            .files = static_cast<std::uint32_t>(game.manifest->files().size())};
}

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
        game.versions.push_back({.version = key.first,
                                 .content = key.second.hex(),
                                 .size = holders.entry.size,
                                 .files = holders.entry.files,
                                 .peers = std::move(holders.peers),
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
                      .bytes_done = status.bytes_done,
                      .bytes_total = status.bytes_total,
                      .bytes_fetched = status.bytes_fetched,
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
