#include "runtime/core.h"

#include <algorithm>

#include "async/offload.h"
#include "base/log.h"
#include "runtime/settings.h"
#include "store/settings.h"

namespace lanspread::runtime {

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

Task<Result<VerifyReport>> PeerRuntime::Core::verify(std::string game)
{
    const auto id = GameId::parse(game);
    if (!id) {
        co_return fail(id.error());
    }
    const auto report = co_await library.verify(*id);
    if (!report) {
        co_return fail(report.error());
    }
    events.add("verify_finished", {.game = game},
               report->is_good() ? "it is as it was shared" : "it is damaged, and not shared any more");
    co_return VerifyReport{.game = game,
                           .version = report->version,
                           .bytes_checked = report->bytes_checked,
                           .missing = report->missing,
                           .damaged = report->damaged,
                           .extra = report->extra,
                           .good = report->is_good()};
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
        connect_to(before, *value);
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
