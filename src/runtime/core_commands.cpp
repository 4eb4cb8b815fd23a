#include "runtime/core.h"

#include <algorithm>

#include "async/offload.h"
#include "base/log.h"
#include "platform/files.h"
#include "platform/paths.h"
#include "runtime/settings.h"
#include "store/settings.h"
#include "swarm/partial_folder.h"

namespace lanspread::runtime {

namespace {

VerifyReport to_answer(const library::VerifyReport& report)
{
    VerifyReport answer{.game = report.game.text(),
                        .version = report.version,
                        .bytes_checked = report.bytes_checked,
                        .missing = report.missing,
                        .damaged = report.damaged,
                        .extra = report.extra,
                        .good = report.is_good(),
                        .chunks = report.manifest->chunk_count(),
                        .bad_chunks = static_cast<std::uint32_t>(report.bad_chunks.size())};
    for (const auto chunk : report.bad_chunks) {
        answer.bad_bytes += report.manifest->chunk_size(chunk);
    }
    return answer;
}

}  // namespace

Task<Result<Peer>> PeerRuntime::Core::connect(std::string address)
{
    const auto id = co_await party.connect(address);
    if (!id) {
        co_return fail(id.error());
    }
    const auto text = id->hex();
    for (auto& peer : peers()) {
        if (peer.id == text) {
            co_return std::move(peer);
        }
    }
    co_return fail(ErrorCode::unavailable, fmt::format("{}: the peer there has left again", address));
}

Task<Result<VerifyReport>> PeerRuntime::Core::verify(VerifyGame command)
{
    const auto id = GameId::parse(command.game);
    if (!id) {
        co_return fail(id.error());
    }
    const auto running = operations.begin(*id, command.repair ? repairing : verifying);
    if (!running) {
        co_return fail(running.error());
    }
    if (const auto resumed = co_await resume_repair(*id, command.repair)) {
        co_return *resumed;
    }
    // Until a repair has its own: nobody takes what changes meanwhile for another game.
    const auto held = library.hold(*id);
    const auto report = co_await library.verify(*id);
    if (!report) {
        co_return fail(report.error());
    }
    events.add("verify_finished", {.game = command.game},
               report->is_good() ? "it is as it was shared" : "it is damaged, and not shared any more");
    auto answer = to_answer(*report);
    if (command.repair && !report->is_good()) {
        const auto repaired = co_await repair(*report);
        answer.repairing = repaired.has_value();
        answer.repair_problem = repaired ? std::string() : repaired.error().message;
    }
    co_return answer;
}

/// Of a game that is a partial download since it was taken apart for a repair, there is nothing to verify:
/// that goes on, where `may_go_on`, or has to. Nothing of any other game.
Task<std::optional<Result<VerifyReport>>> PeerRuntime::Core::resume_repair(GameId game, bool may_go_on)
{
    const bool is_elsewhere = co_await offload(disk_pool, [folders = config.games_folders, game] {
        return std::ranges::any_of(folders, [&game](const auto& folder) {
            return swarm::has_sentinel(folder, game).value_or(false);
        });
    });
    if (is_elsewhere) {
        co_return std::nullopt;
    }
    const auto is_begun = co_await downloads.is_taken_apart(game);
    if (!is_begun) {
        co_return fail(is_begun.error());
    }
    if (!*is_begun) {
        co_return std::nullopt;
    }
    if (!may_go_on) {
        co_return fail(
            ErrorCode::unavailable,
            fmt::format("the repair of {} has not ended: `lanspread verify --repair {}` goes on with it",
                        title_of(game), game.text()));
    }
    const auto status = co_await downloads.resume_repair(game);
    if (!status) {
        co_return fail(status.error());
    }
    co_return VerifyReport{.game = game.text(),
                           .version = status->version,
                           .missing = {},
                           .damaged = {},
                           .extra = {},
                           .repairing = true,
                           .resumed = true,
                           .repair_problem = {}};
}

/// Begins the download that makes a damaged game good. Where it cannot, nothing is touched.
Task<Result<void>> PeerRuntime::Core::repair(library::VerifyReport report)
{
    const auto& manifest = report.manifest;
    const auto holders = network.holders(manifest->content_id());
    if (!report.bad_chunks.empty() && std::ranges::none_of(holders, &swarm::Holder::complete)) {
        co_return fail(
            ErrorCode::unavailable,
            fmt::format("nobody who is connected has {} {} as it was here, so nothing was changed: "
                        "try again when somebody has, or `lanspread get {}` another version",
                        report.game.text(), report.version, report.game.text()));
    }
    const bool is_writable =
        co_await offload(disk_pool, [root = report.games_folder / platform::to_path(report.game.text())] {
            return platform::is_writable(root);
        });
    if (!is_writable) {
        co_return fail(
            ErrorCode::refused,
            fmt::format("{} cannot be written, so nothing was changed: check the rights of its folder",
                        report.game.text()));
    }
    auto good = swarm::ChunkSet::all_of(manifest->chunk_count());
    for (const auto chunk : report.bad_chunks) {
        good.erase(chunk);
    }
    const auto begun = co_await downloads.repair(manifest, report.games_folder, std::move(good));
    co_return begun ? Result<void>() : fail(begun.error());
}

/// Notes the setting, then holds to it.
Task<Result<Settings>> PeerRuntime::Core::change_setting(ChangeSetting command)
{
    const auto changed =
        is_text_setting(command.name) ? co_await change_text(command) : co_await change_number(command);
    if (!changed) {
        co_return fail(changed.error());
    }
    events.add("settings_changed", {}, fmt::format("{} is {}", command.name, command.value));
    co_return settings_from(stored_settings);
}

Task<Result<void>> PeerRuntime::Core::change_number(ChangeSetting command)
{
    const auto value = parse_setting(command.name, command.value);
    if (!value) {
        co_return fail(value.error());
    }
    const auto noted =
        co_await offload(store_pool, [&database = *database, name = command.name, value = *value] {
            return store::Settings(database).set(name, value);
        });
    if (noted) {
        stored_settings.numbers[command.name] = *value;
        apply_settings();
    }
    co_return noted;
}

catalog::Language PeerRuntime::Core::language() const
{
    const auto chosen = catalog::parse_language(settings_from(stored_settings).language);
    return chosen ? *chosen : catalog::language_of_environment();
}

Task<Result<void>> PeerRuntime::Core::change_text(ChangeSetting command)
{
    const auto value = parse_text_setting(command.name, command.value);
    if (!value) {
        co_return fail(value.error());
    }
    const auto noted =
        co_await offload(store_pool, [&database = *database, name = command.name, value = *value] {
            return store::Settings(database).set_text(name, value);
        });
    if (noted) {
        const auto before = settings_from(stored_settings).connect;
        stored_settings.texts[command.name] = *value;
        connect_to(before, settings_from(stored_settings).connect);
    }
    co_return noted;
}

/// Dials the addresses of the list `after`, and those that were only in `before` no more, unless the command
/// line named them, too.
void PeerRuntime::Core::connect_to(const std::string& before, const std::string& after)
{
    const auto wanted = entries_of(after);
    for (const auto& address : entries_of(before)) {
        if (std::ranges::find(wanted, address) == wanted.end() &&
            std::ranges::find(config.connect, address) == config.connect.end()) {
            party.stop_connecting(address);
        }
    }
    for (const auto& address : wanted) {
        if (const auto kept = party.keep_connecting(address); !kept) {
            log::warning("runtime", "setting connect: {}", kept.error().message);
        }
    }
}

void PeerRuntime::Core::apply_settings()
{
    const auto settings = settings_from(stored_settings);
    const bool is_playing = !playing.programs().empty();
    upload_limiter.set_rate(effective_upload_limit(settings, is_playing));
    endpoint->set_background(is_playing);
    downloads.configure({.parallel = settings.parallel_downloads,
                         .bytes_per_second = settings.download_limit,
                         .leaves_room_to_install = settings.install_space});
}

std::shared_ptr<void> PeerRuntime::Core::play(std::string program)
{
    return playing.begin(std::move(program));
}

void PeerRuntime::Core::playing_changed(const std::string& program, bool has_begun)
{
    apply_settings();
    events.add(has_begun ? "playing_started" : "playing_ended", {},
               fmt::format("{} {}", program, has_begun ? "is being played" : "is not played any more"));
}

Task<Result<Status>> PeerRuntime::Core::rescan()
{
    co_await library.rescan();
    co_return status();
}

}  // namespace lanspread::runtime
