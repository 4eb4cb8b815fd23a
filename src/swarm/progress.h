#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/clock.h"
#include "swarm/download_status.h"

namespace lanspread::swarm {

/// Bytes a second over the last five seconds, in quarters of a second. Pure.
class RateMeter {
public:
    explicit RateMeter(TimePoint start) : start_(start) {}

    void add(std::uint64_t bytes, TimePoint now);
    [[nodiscard]] double bytes_per_second(TimePoint now) const;

private:
    static constexpr std::chrono::milliseconds slot_length{250};
    static constexpr std::int64_t slots = 20;

    [[nodiscard]] std::int64_t slot_of(TimePoint now) const { return (now - start_) / slot_length; }

    struct Slot {
        std::int64_t number = -1;
        std::uint64_t bytes = 0;
    };
    TimePoint start_;
    std::array<Slot, slots> slots_{};
};

/// How far a download is, put together from what happens to it, and the events that follow from that. Pure:
/// time is a parameter.
class Progress {
public:
    using Tell = std::function<void(const DownloadEvent&)>;

    /// Begins as queued, with nothing.
    Progress(GameId game, std::string version, ContentId content, Tell tell, TimePoint now);

    /// Called after each change of the state.
    void on_state_change(std::function<void()> listener) { state_changed_ = std::move(listener); }

    /// A change of state is told, where others should hear of it; the same state again only changes the
    /// reason. After a terminal state nothing changes any more.
    void enter(DownloadState state, const std::string& reason, TimePoint now);
    [[nodiscard]] DownloadState state() const { return state_; }
    /// 0: not known.
    [[nodiscard]] std::uint64_t total() const { return total_; }

    /// How much of how much is verified, found by a look at the disk or noted by an earlier process. Less
    /// than was verified before means that files have vanished, and is told.
    void set_sizes(std::uint64_t total, std::uint64_t verified);
    void source_joined(const PeerId& peer, const std::string& name, TimePoint now);
    /// It stays in the list if it gave something. When it was the last one, that is told.
    void source_left(const PeerId& peer);
    /// `verified` is what is verified of the whole now, and no less than before; `from` gave `bytes` of it.
    void chunk_verified(const PeerId& from, std::uint64_t bytes, std::uint64_t verified, TimePoint now);
    /// A chunk of which `local` bytes were found on this disk, and `bytes` came from `from`.
    void chunk_found(const PeerId& from, std::uint64_t local, std::uint64_t bytes, std::uint64_t verified,
                     TimePoint now);
    /// A chunk of `bytes` that was here already came again, as happens to the slower of two in the end game.
    void chunk_came_twice(std::uint64_t bytes) { twice_ += bytes; }

    [[nodiscard]] DownloadStatus status(TimePoint now) const;

private:
    struct Source {
        std::string name;
        std::uint64_t bytes = 0;
        bool is_here = true;
        RateMeter meter;
    };

    void tell_state() const;
    void tell(DownloadEvent::Kind kind, std::string text) const;

    Tell tell_;
    GameId game_;
    std::string version_;
    ContentId content_;
    TimePoint started_;
    TimePoint ended_{};
    std::function<void()> state_changed_;
    DownloadState state_ = DownloadState::queued;
    std::string reason_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t fetched_ = 0;
    std::uint64_t twice_ = 0;
    std::uint64_t local_ = 0;
    RateMeter meter_;  // of what came over the wire
    RateMeter found_;  // of what was found here
    std::map<PeerId, Source> sources_;
};

}  // namespace lanspread::swarm
