#include "swarm/progress.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/quantity.h"

namespace lanspread::swarm {

void RateMeter::add(std::uint64_t bytes, TimePoint now)
{
    const auto number = slot_of(now);
    auto& slot = slots_[static_cast<std::size_t>(number % slots)];
    if (slot.number != number) {
        slot = {number, 0};
    }
    slot.bytes += bytes;
}

double RateMeter::bytes_per_second(TimePoint now) const
{
    const auto current = slot_of(now);
    std::uint64_t sum = 0;
    for (const auto& slot : slots_) {
        sum += slot.number > current - slots ? slot.bytes : 0;
    }
    // The oldest slot is whole, the current one is not; a young meter has seen less than all of them.
    const auto covered =
        std::min<Duration>(now - start_, (now - start_) % slot_length + slot_length * (slots - 1));
    const auto seconds = std::chrono::duration<double>(std::max<Duration>(covered, slot_length)).count();
    return static_cast<double>(sum) / seconds;
}

Progress::Progress(GameId game, std::string version, ContentId content, Tell tell, TimePoint now)
    : tell_(std::move(tell)),
      game_(std::move(game)),
      version_(std::move(version)),
      content_(content),
      started_(now),
      meter_(now),
      found_(now)
{
}

void Progress::enter(DownloadState state, const std::string& reason, TimePoint now)
{
    if (is_terminal(state_)) {
        return;
    }
    reason_ = reason;
    ended_ = now;
    if (std::exchange(state_, state) == state) {
        return;
    }
    tell_state();
    if (state_changed_) {
        state_changed_();
    }
}

void Progress::tell_state() const
{
    const auto name = fmt::format("{} {}", game_.text(), version_);
    switch (state_) {
        case DownloadState::queued:
        case DownloadState::starting:
        case DownloadState::running:
        case DownloadState::finishing: break;
        case DownloadState::paused:
            tell(DownloadEvent::Kind::paused, fmt::format("{} is paused", name));
            break;
        case DownloadState::waiting_for_source:
        case DownloadState::waiting_for_space:
            tell(DownloadEvent::Kind::waiting, fmt::format("{} waits: {}", name, reason_));
            break;
        case DownloadState::done: tell(DownloadEvent::Kind::done, fmt::format("{} is here", name)); break;
        case DownloadState::failed:
            tell(DownloadEvent::Kind::failed, fmt::format("{}: {}", name, reason_));
            break;
        case DownloadState::cancelled:
            tell(DownloadEvent::Kind::cancelled, fmt::format("{}: {}", name, reason_));
            break;
    }
}

void Progress::tell(DownloadEvent::Kind kind, std::string text) const
{
    if (tell_) {
        tell_({kind, game_, std::move(text)});
    }
}

void Progress::set_sizes(std::uint64_t total, std::uint64_t verified)
{
    total_ = total;
    if (const auto before = std::exchange(done_, verified); before > verified) {
        tell(DownloadEvent::Kind::set_back,
             fmt::format("{} {}: {} that were fetched have vanished from the disk, and are fetched again",
                         game_.text(), version_, size_text(before - verified)));
    }
}

void Progress::source_joined(const PeerId& peer, const std::string& name, TimePoint now)
{
    const auto [found, is_new] = sources_.try_emplace(peer, Source{name, 0, true, RateMeter(now)});
    found->second.name = name;
    found->second.is_here = true;
}

void Progress::source_left(const PeerId& peer)
{
    const auto found = sources_.find(peer);
    if (found == sources_.end() || !std::exchange(found->second.is_here, false)) {
        return;
    }
    if (found->second.bytes == 0) {
        sources_.erase(found);
    }
    if (std::ranges::none_of(sources_, [](const auto& source) { return source.second.is_here; })) {
        tell(DownloadEvent::Kind::all_sources_gone,
             fmt::format("{} {}: nobody who has it is left", game_.text(), version_));
    }
}

void Progress::chunk_verified(const PeerId& from, std::uint64_t bytes, std::uint64_t verified, TimePoint now)
{
    const auto tenth_before = total_ == 0 ? 0 : done_ * 10 / total_;
    done_ = std::max(done_, verified);
    fetched_ += bytes;
    meter_.add(bytes, now);
    if (const auto found = sources_.find(from); found != sources_.end()) {
        found->second.bytes += bytes;
        found->second.meter.add(bytes, now);
    }
    if (const auto tenth = total_ == 0 ? 0 : done_ * 10 / total_; tenth > tenth_before && tenth < 10) {
        tell(DownloadEvent::Kind::progress, fmt::format("{} {}: {} %", game_.text(), version_, tenth * 10));
    }
}

void Progress::chunk_found(const PeerId& from, std::uint64_t local, std::uint64_t bytes,
                           std::uint64_t verified, TimePoint now)
{
    local_ += local;
    found_.add(local, now);
    chunk_verified(from, bytes, verified, now);
}

DownloadStatus Progress::status(TimePoint now) const
{
    const auto is_over = is_terminal(state_);
    DownloadStatus status;
    status.game = game_;
    status.version = version_;
    status.content = content_;
    status.state = state_;
    status.reason = reason_;
    status.bytes_done = done_;
    status.bytes_total = total_;
    status.bytes_fetched = fetched_;
    status.bytes_twice = twice_;
    status.bytes_local = local_;
    status.seconds = std::chrono::duration<double>((is_over ? ended_ : now) - started_).count();
    if (!is_over) {
        status.bytes_per_second = meter_.bytes_per_second(now);
    }
    const auto pace = meter_.bytes_per_second(now) + found_.bytes_per_second(now);
    if (state_ == DownloadState::running && pace > 0) {
        status.eta_seconds = static_cast<double>(total_ - done_) / pace;
    }
    for (const auto& [peer, source] : sources_) {
        status.sources.push_back(
            {peer, source.name, source.bytes, is_over ? 0 : source.meter.bytes_per_second(now)});
    }
    std::ranges::sort(status.sources, {},
                      [](const SourceStatus& source) { return std::tie(source.name, source.peer); });
    return status;
}

}  // namespace lanspread::swarm
