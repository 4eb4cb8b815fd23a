#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/game_id.h"
#include "swarm/download_queue.h"

/// What a download shows of itself: plain values, copied to whoever asks.
namespace lanspread::swarm {

enum class DownloadState {
    queued,    ///< others go before it; goes on by itself
    paused,    ///< by a person, until it is resumed by one
    starting,  ///< asking for the manifest, preparing the files
    running,
    waiting_for_source,  ///< nobody who can be reached has it; goes on by itself
    waiting_for_space,   ///< the disk is full; goes on by itself
    finishing,           ///< all is verified and is being moved into place
    done,
    failed,
    cancelled,
};

/// The word for `state` that the command line and the control API use ("waiting_for_source").
[[nodiscard]] std::string_view to_string(DownloadState state);

/// True for done, failed and cancelled: nothing further happens to such a download.
[[nodiscard]] bool is_terminal(DownloadState state);

/// True for those that go on by themselves once there is a source, or space.
[[nodiscard]] bool is_waiting(DownloadState state);

/// What one peer gave to a download in this process.
struct SourceStatus {
    PeerId peer;
    std::string name;
    std::uint64_t bytes = 0;  ///< verified bytes that came from it
    double bytes_per_second = 0;
};

struct DownloadStatus {
    GameId game;
    std::string version;
    ContentId content;
    DownloadState state = DownloadState::queued;
    std::string reason;   ///< what it waits for, or why it ended; else empty
    bool repair = false;  ///< it makes a damaged game good that was here
    Priority priority = Priority::normal;
    std::size_t position = 0;           ///< in the queue, from 1; 0: it has ended
    std::uint64_t bytes_done = 0;       ///< verified and handed to the disk; shrinks only if files vanish
    std::uint64_t bytes_total = 0;      ///< 0 until the manifest is known
    std::uint64_t bytes_fetched = 0;    ///< verified bytes that crossed the wire in this process
    std::uint64_t bytes_local = 0;      ///< verified bytes that were found on this disk in this process
    std::uint64_t bytes_twice = 0;      ///< right ones of chunks that had come from another already
    double bytes_per_second = 0;        ///< over the last 5 s
    double seconds = 0;                 ///< from when it was asked for in this process to now, or to its end
    double eta_seconds = -1;            ///< below 0: not known
    std::vector<SourceStatus> sources;  ///< those that gave something or could; by name
};

struct DownloadEvent {
    enum class Kind {
        started,
        progress,
        paused,
        waiting,
        all_sources_gone,
        set_back,  ///< files that were fetched have vanished from the disk
        done,
        failed,
        cancelled,
    };

    Kind kind = Kind::started;
    GameId game;
    std::string text;  ///< one line for people
};

/// The name of the event for the control API: "download_started", …, "all_sources_gone".
[[nodiscard]] std::string_view to_string(DownloadEvent::Kind kind);

}  // namespace lanspread::swarm
