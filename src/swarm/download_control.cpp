#include <utility>

#include <fmt/format.h>

#include "swarm/download.h"

/// What others do to a Download while it goes its way.
namespace lanspread::swarm {

bool Download::is_open_to_change() const
{
    return progress_.state() != DownloadState::finishing && !is_terminal(progress_.state()) &&
           !request_.repairing && !token_.is_cancelled() && !outcome_;
}

bool Download::is_ending() const
{
    return !is_terminal(progress_.state()) && (token_.is_cancelled() || (outcome_ && !*outcome_));
}

bool Download::cancel(bool remove)
{
    if (!is_open_to_change()) {
        return false;
    }
    remove_ = remove;
    token_.cancel();
    return true;
}

bool Download::set_paused(bool paused)
{
    if (!is_open_to_change()) {
        return false;
    }
    request_.paused = paused;
    apply_turn();
    return true;
}

void Download::set_place(bool has_place)
{
    if (std::exchange(has_place_, has_place) != has_place && is_open_to_change()) {
        apply_turn();
    }
}

Turn Download::turn() const
{
    return request_.paused ? Turn::paused : has_place_ ? Turn::running : Turn::queued;
}

void Download::apply_turn()
{
    if (fetcher_) {
        fetcher_->set_turn(turn());
    } else if (request_.paused || !is_waiting(progress_.state())) {
        enter(DownloadState::starting);
    }
    changed_.notify_all();
}

bool Download::can_run() const
{
    return !request_.paused && (is_open_to_change() || request_.repairing) && !is_waiting(progress_.state());
}

DownloadRequest Download::request() const
{
    auto request = request_;
    const auto now = status();
    request.bytes_verified = now.bytes_done;
    request.bytes_total = now.bytes_total;
    return request;
}

void Download::was_discarded()
{
    is_discarded_ = true;
    request_.finishing = false;
}

DownloadStatus Download::status() const
{
    auto status = progress_.status(Clock::now());
    status.repair = is_repair_;
    if (is_discarded_) {
        status.reason = status.state == DownloadState::cancelled
                            ? "cancelled and deleted"
                            : fmt::format("{}; what was fetched is deleted", status.reason);
    }
    return status;
}

Task<void> Download::noted()
{
    while (!is_noted_ && !is_terminal(progress_.state())) {
        co_await changed_.wait();
    }
}

Task<void> Download::ended()
{
    while (!is_terminal(progress_.state())) {
        co_await changed_.wait();
    }
}

void Download::sources_changed()
{
    changed_.notify_all();
    if (fetcher_) {
        fetcher_->sources_changed();
    }
}

/// What is on its way to run is queued while others go before it, and paused while a person says so.
void Download::enter(DownloadState state, const std::string& reason)
{
    if (request_.paused && state != DownloadState::finishing && !is_terminal(state)) {
        progress_.enter(DownloadState::paused, {}, Clock::now());
    } else if (state == DownloadState::starting && !has_place_) {
        progress_.enter(DownloadState::queued, reason, Clock::now());
    } else {
        progress_.enter(state, reason, Clock::now());
    }
}

void Download::state_changed()
{
    changed_.notify_all();
    if (on_change_) {
        on_change_();
    }
}

}  // namespace lanspread::swarm
