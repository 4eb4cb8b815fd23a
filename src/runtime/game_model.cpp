#include "runtime/game_model.h"

#include <algorithm>

#include "platform/paths.h"
#include "runtime/operations.h"

namespace lanspread::runtime {

namespace {

using catalog::text_in;

std::string name_of(const PeerId& peer, const PeerNames& names)
{
    const auto found = names.find(peer);
    return found == names.end() ? peer.short_hex() : found->second;
}

void add_facts(Game& shown, const KnownFacts& known, catalog::Language language)
{
    if (known.facts == nullptr) {
        return;
    }
    shown.title = known.facts->title;
    shown.players = known.facts->players;
    shown.max_players = known.facts->max_players;
    shown.genre = text_in(known.facts->genre, language);
    shown.publisher = known.facts->publisher;
    shown.release = known.facts->release;
    shown.cover = known.facts->cover.has_value();
    shown.facts_from = known.from;
}

void add_local(Game& shown, const LocalCopy& copy)
{
    shown.local = copy.state == LocalCopy::State::shared;
    shown.installed = copy.installed;
    shown.local_version = copy.version;
    shown.local_state = to_string(copy.state);
    shown.local_problem = copy.problem;
    shown.path = copy.path;
}

void add_verdict(Game& shown, const PartyGame& game, const Verdict& verdict)
{
    const auto here = game.shared();
    shown.current_version = verdict.current_version;
    shown.current_by = to_string(verdict.current_by);
    if (verdict.wanted && verdict.wanted != here) {
        shown.get_version = verdict.wanted->first;
        shown.update = !here ? "" : here->first < verdict.wanted->first ? "newer" : "other_bytes";
    }
    const auto& counts = here ? here : verdict.wanted;
    shown.size = counts ? game.size_of(*counts) : game.catalog ? game.catalog->size : 0;
}

Holder holder_of(const Claim& claim, const std::string& name, const swarm::DownloadStatus* download)
{
    Holder holder{.peer = claim.peer.hex(), .name = name, .complete = claim.complete};
    if (download != nullptr) {
        const auto source = std::ranges::find(download->sources, claim.peer, &swarm::SourceStatus::peer);
        if (source != download->sources.end()) {
            holder.bytes = source->bytes;
            holder.bytes_per_second = source->bytes_per_second;
        }
    }
    return holder;
}

GameVersion version_of(const VersionKey& content, const GameParts& parts, const GameReader& reader,
                       bool is_current)
{
    const auto& game = *parts.party;
    GameVersion version{.version = content.first,
                        .content = content.second.hex(),
                        .size = game.size_of(content),
                        .files = game.files_of(content),
                        .peers = {},
                        .partial_peers = {},
                        .holders = {},
                        .local = game.shared() == content,
                        .current = is_current};
    const bool is_fetched = parts.download && parts.download->content == content.second;
    if (const auto found = game.held.find(content); found != game.held.end()) {
        for (const auto& claim : found->second) {
            const auto name = name_of(claim.peer, reader.names);
            (claim.complete ? version.peers : version.partial_peers).push_back(name);
            if (reader.detail == Detail::page) {
                version.holders.push_back(holder_of(claim, name, is_fetched ? &*parts.download : nullptr));
            }
        }
    }
    std::ranges::sort(version.peers);
    std::ranges::sort(version.partial_peers);
    return version;
}

void add_versions(Game& shown, const GameParts& parts, const GameReader& reader, const Verdict& verdict)
{
    const auto add = [&](const VersionKey& content) {
        shown.versions.push_back(version_of(content, parts, reader, verdict.current == content));
    };
    const auto& held = parts.party->held;
    auto here = parts.party->shared();
    // From the newest on; ours may be one that nobody else has.
    for (auto content = held.rbegin(); content != held.rend(); ++content) {
        if (here && content->first <= *here) {
            if (content->first != *here) {
                add(*here);
            }
            here.reset();
        }
        add(content->first);
    }
    if (here) {
        add(*here);
    }
}

void add_about(Game& shown, const wire::GameFacts* facts, catalog::Language language)
{
    auto& about = shown.about.emplace();
    if (facts == nullptr) {
        return;
    }
    about.readme = text_in(facts->readme, language);
    for (const auto& start : facts->start) {
        about.start.push_back({.platform = start.platform, .kind = start.kind, .command = start.command});
    }
    about.keeps = facts->keeps;
}

/// What a download says of itself, where nothing else is being done.
std::string_view operation_of(const GameParts& parts)
{
    const bool is_downloading = parts.download && !is_terminal(parts.download->state);
    if (!parts.operation.empty() || !is_downloading) {
        return parts.operation;
    }
    return parts.download->repair ? repairing : "downloading";
}

LocalCopy::State state_of(library::UnsharedReason reason)
{
    switch (reason) {
        case library::UnsharedReason::damaged: return LocalCopy::State::damaged;
        case library::UnsharedReason::folder_missing: return LocalCopy::State::folder_missing;
        case library::UnsharedReason::not_shared: return LocalCopy::State::not_shared;
    }
    return LocalCopy::State::not_shared;
}

}  // namespace

Game to_model(const GameId& id, const GameParts& parts, const GameReader& reader)
{
    Game shown{.id = id.text(), .title = id.text()};
    shown.local_state = "absent";
    add_facts(shown, parts.facts, reader.language);
    shown.cover = shown.cover || parts.has_cover;
    if (parts.party->local) {
        add_local(shown, *parts.party->local);
    }
    shown.operation = operation_of(parts);
    const auto verdict = judge(*parts.party);
    add_verdict(shown, *parts.party, verdict);
    add_versions(shown, parts, reader, verdict);
    if (parts.download) {
        shown.downloads.push_back(to_model(*parts.download, shown.title));
    }
    if (reader.detail == Detail::page) {
        add_about(shown, parts.facts.facts, reader.language);
    }
    return shown;
}

Download to_model(const swarm::DownloadStatus& status, std::string_view title)
{
    Download download{.game = status.game.text(),
                      .title = std::string(title),
                      .version = status.version,
                      .content = status.content.hex(),
                      .state = std::string(to_string(status.state)),
                      .reason = status.reason,
                      .priority = std::string(to_string(status.priority)),
                      .position = static_cast<std::uint32_t>(status.position),
                      .bytes_done = status.bytes_done,
                      .bytes_total = status.bytes_total,
                      .bytes_fetched = status.bytes_fetched,
                      .bytes_local = status.bytes_local,
                      .bytes_twice = status.bytes_twice,
                      .bytes_per_second = status.bytes_per_second,
                      .seconds = status.seconds,
                      .eta_seconds = status.eta_seconds,
                      .repair = status.repair,
                      .sources = {}};
    for (const auto& source : status.sources) {
        download.sources.push_back({source.peer.hex(), source.name, source.bytes, source.bytes_per_second});
    }
    return download;
}

LocalCopy to_copy(const library::LocalGame& game)
{
    return {.state = LocalCopy::State::shared,
            .installed = game.installed,
            .version = game.version,
            .content = game.content,
            .size = game.manifest->total_size(),
            .files = static_cast<std::uint32_t>(game.manifest->files().size()),
            .path = platform::to_utf8(game.root)};
}

LocalCopy to_copy(const library::InstalledGame& game)
{
    return {
        .state = LocalCopy::State::installed_only, .installed = true, .path = platform::to_utf8(game.root)};
}

LocalCopy to_copy(const library::UnsharedGame& game)
{
    return {.state = state_of(game.reason),
            .installed = game.installed,
            .version = game.version,
            .path = platform::to_utf8(game.root),
            .problem = game.text};
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

}  // namespace lanspread::runtime
