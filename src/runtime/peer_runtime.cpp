#include "runtime/peer_runtime.h"

#include "runtime/core.h"
#include "runtime/settings.h"

namespace lanspread::runtime {

Result<std::unique_ptr<PeerRuntime>> PeerRuntime::start(Executor executor, Config config)
{
    auto core = Core::open(std::move(executor), std::move(config));
    if (!core) {
        return fail(core.error());
    }
    (*core)->start_services();
    return std::unique_ptr<PeerRuntime>(new PeerRuntime(std::move(*core)));
}

PeerRuntime::PeerRuntime(std::unique_ptr<Core> core) : core_(std::move(core)) {}
PeerRuntime::~PeerRuntime() = default;

std::string PeerRuntime::id() const { return core_->identity.id().hex(); }
std::uint16_t PeerRuntime::port() const { return core_->endpoint->port(); }
const Config& PeerRuntime::config() const { return core_->config; }

Status PeerRuntime::status() const { return core_->status(); }
std::vector<Peer> PeerRuntime::peers() const { return core_->peers(); }
std::vector<Game> PeerRuntime::games(GetGames command) const { return core_->games(command); }
Result<Game> PeerRuntime::game(std::string id) const { return core_->game(id); }
Task<Result<Cover>> PeerRuntime::cover(GetCover command) { return core_->cover(std::move(command)); }

Task<Result<Peer>> PeerRuntime::connect(Connect command)
{
    return core_->connect(std::move(command.address));
}
Task<Result<Download>> PeerRuntime::start_download(StartDownload command)
{
    return core_->start_download(std::move(command));
}
Task<Result<Download>> PeerRuntime::cancel_download(CancelDownload command)
{
    return core_->cancel_download(std::move(command));
}
std::vector<Download> PeerRuntime::downloads() const { return core_->download_queue(); }
Task<Result<std::vector<Download>>> PeerRuntime::pause_downloads(PauseDownloads command)
{
    return core_->set_paused(std::move(command.game), command.all, true);
}
Task<Result<std::vector<Download>>> PeerRuntime::resume_downloads(ResumeDownloads command)
{
    return core_->set_paused(std::move(command.game), command.all, false);
}
Task<Result<Download>> PeerRuntime::set_priority(SetPriority command)
{
    return core_->set_priority(std::move(command));
}
Task<Result<Download>> PeerRuntime::move_download(MoveDownload command)
{
    return core_->move_download(std::move(command));
}
Settings PeerRuntime::settings() const { return settings_from(core_->stored_settings); }
Task<Result<Settings>> PeerRuntime::change_setting(ChangeSetting command)
{
    return core_->change_setting(std::move(command));
}
std::shared_ptr<void> PeerRuntime::play(Play command) { return core_->play(std::move(command.program)); }
Task<Result<VerifyReport>> PeerRuntime::verify(VerifyGame command)
{
    return core_->verify(std::move(command));
}
Task<Result<RemoveReport>> PeerRuntime::remove(RemoveGame command)
{
    return core_->remove_game(std::move(command));
}
Task<Result<Status>> PeerRuntime::rescan() { return core_->rescan(); }
Task<doctor::Diagnosis> PeerRuntime::diagnose() { return core_->diagnose(); }
Task<Result<doctor::Speed>> PeerRuntime::measure_speed(MeasureSpeed command)
{
    return core_->measure_speed(std::move(command));
}

std::vector<Event> PeerRuntime::recent_events() const { return core_->events.recent(); }

PeerRuntime::Subscription PeerRuntime::subscribe(std::function<void(const Event&)> listener)
{
    return Subscription(core_->events.subscribe(std::move(listener)));
}

void PeerRuntime::shutdown() { core_->shutdown(); }
Task<std::optional<std::string>> PeerRuntime::stopped() { return core_->stopped(); }

}  // namespace lanspread::runtime
