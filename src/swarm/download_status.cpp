#include "swarm/download_status.h"

namespace lanspread::swarm {

std::string_view to_string(DownloadState state)
{
    switch (state) {
        case DownloadState::queued: return "queued";
        case DownloadState::paused: return "paused";
        case DownloadState::starting: return "starting";
        case DownloadState::running: return "running";
        case DownloadState::waiting_for_source: return "waiting_for_source";
        case DownloadState::waiting_for_space: return "waiting_for_space";
        case DownloadState::finishing: return "finishing";
        case DownloadState::done: return "done";
        case DownloadState::failed: return "failed";
        case DownloadState::cancelled: return "cancelled";
    }
    return "failed";
}

bool is_terminal(DownloadState state)
{
    return state == DownloadState::done || state == DownloadState::failed ||
           state == DownloadState::cancelled;
}

bool is_waiting(DownloadState state)
{
    return state == DownloadState::waiting_for_source || state == DownloadState::waiting_for_space;
}

std::string_view to_string(DownloadEvent::Kind kind)
{
    switch (kind) {
        case DownloadEvent::Kind::started: return "download_started";
        case DownloadEvent::Kind::progress: return "download_progress";
        case DownloadEvent::Kind::paused: return "download_paused";
        case DownloadEvent::Kind::waiting: return "download_waiting";
        case DownloadEvent::Kind::all_sources_gone: return "all_sources_gone";
        case DownloadEvent::Kind::set_back: return "download_set_back";
        case DownloadEvent::Kind::done: return "download_done";
        case DownloadEvent::Kind::failed: return "download_failed";
        case DownloadEvent::Kind::cancelled: return "download_cancelled";
    }
    return "download_failed";
}

}  // namespace lanspread::swarm
