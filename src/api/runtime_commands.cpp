#include "api/runtime_commands.h"

#include "api/control_protocol.h"
#include "wire/codec.h"

namespace lanspread::api {

namespace {

using runtime::PeerRuntime;
using Text = Result<std::string>;

template <class T>
Text text_of(const T& answer)
{
    return wire::encode(answer, max_answer_size);
}

template <class T>
Text text_of(const Result<T>& answer)
{
    return answer ? text_of(*answer) : Text(fail(answer.error()));
}

Task<Text> run(PeerRuntime* peer, runtime::GetStatus) { co_return text_of(peer->status()); }
Task<Text> run(PeerRuntime* peer, runtime::GetPeers) { co_return text_of(peer->peers()); }
Task<Text> run(PeerRuntime* peer, runtime::GetGames command) { co_return text_of(peer->games(command)); }
Task<Text> run(PeerRuntime* peer, runtime::GetGame command)
{
    co_return text_of(peer->game(std::move(command.game)));
}
Task<Text> run(PeerRuntime* peer, runtime::GetCover command)
{
    co_return text_of(co_await peer->cover(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::Connect command)
{
    co_return text_of(co_await peer->connect(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::StartDownload command)
{
    co_return text_of(co_await peer->start_download(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::CancelDownload command)
{
    co_return text_of(co_await peer->cancel_download(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::GetDownloads) { co_return text_of(peer->downloads()); }
Task<Text> run(PeerRuntime* peer, runtime::PauseDownloads command)
{
    co_return text_of(co_await peer->pause_downloads(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::ResumeDownloads command)
{
    co_return text_of(co_await peer->resume_downloads(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::SetPriority command)
{
    co_return text_of(co_await peer->set_priority(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::MoveDownload command)
{
    co_return text_of(co_await peer->move_download(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::GetSettings) { co_return text_of(peer->settings()); }
Task<Text> run(PeerRuntime* peer, runtime::ChangeSetting command)
{
    co_return text_of(co_await peer->change_setting(std::move(command)));
}
Task<Text> run(PeerRuntime*, runtime::Play)
{
    co_return fail(ErrorCode::internal, "Play lasts as long as its connection");
}
Task<Text> run(PeerRuntime* peer, runtime::VerifyGame command)
{
    co_return text_of(co_await peer->verify(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::RemoveGame command)
{
    co_return text_of(co_await peer->remove(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::Diagnose) { co_return text_of(co_await peer->diagnose()); }
Task<Text> run(PeerRuntime* peer, runtime::MeasureSpeed command)
{
    co_return text_of(co_await peer->measure_speed(std::move(command)));
}
Task<Text> run(PeerRuntime* peer, runtime::Rescan) { co_return text_of(co_await peer->rescan()); }
Task<Text> run(PeerRuntime*, runtime::GetEvents)
{
    co_return fail(ErrorCode::internal, "GetEvents has a stream of answers, not one");
}

}  // namespace

Task<Result<std::string>> RuntimeCommands::answer(runtime::Command command)
{
    return std::visit([this](auto&& one) { return run(&runtime_, std::forward<decltype(one)>(one)); },
                      std::move(command));
}

std::shared_ptr<void> RuntimeCommands::play(runtime::Play command)
{
    return runtime_.play(std::move(command));
}

std::vector<runtime::Event> RuntimeCommands::recent_events() const { return runtime_.recent_events(); }

std::shared_ptr<void> RuntimeCommands::subscribe(std::function<void(const runtime::Event&)> listener)
{
    return std::make_shared<PeerRuntime::Subscription>(runtime_.subscribe(std::move(listener)));
}

}  // namespace lanspread::api
