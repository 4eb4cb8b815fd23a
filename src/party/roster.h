#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/digest.h"

namespace lanspread::party {

/// Which of two peers that find each other dials first, and whose connection stays where both did. Every
/// other pair has it the other way round, so that nobody has all the work.
[[nodiscard]] inline bool dials_first(const PeerId& self, const PeerId& other)
{
    const bool is_odd = ((self.bytes.back() ^ other.bytes.back()) & std::byte{1}) == std::byte{1};
    return is_odd ? other < self : self < other;
}

/// Which of several connections to a peer stays, and when the peer counts as joined or left. Pure.
///
/// - Two peers that find each other at the same time dial each other. The connection of the one that
///   dials_first stays.
/// - A peer that dials while its connection has stood for a while has lost that one: the newer connection
///   stays. So it does where both were dialled from the same side.
/// - A peer whose process is a new one (another epoch) has left and joined; its new connection stays.
/// - While a further connection to the peer is being greeted, the end of the current one is no leave yet:
/// that
///   is how the two sides of a tie see it when the news of it overtake each other.
class Roster {
public:
    /// Tells the connections to a peer apart; never used twice.
    using ConnectionNumber = std::uint64_t;
    enum class Direction { outgoing, incoming };

    struct Candidate {
        ConnectionNumber number = 0;
        Direction direction = Direction::outgoing;
        std::uint64_t epoch = 0;  ///< of the peer's process
    };
    enum class News {
        none,  ///< the peer was here, and still is
        joined,
        rejoined,  ///< it has left and joined: its process is another one
    };
    struct Verdict {
        bool stays = false;
        std::optional<ConnectionNumber> replaced = {};  ///< the connection that gives way
        News news = News::none;
    };

    /// Two connections, one from each side, that are greeted within `tie_window` of each other are a tie.
    explicit Roster(const PeerId& self, Duration tie_window = std::chrono::seconds(5))
        : self_(self), tie_window_(tie_window)
    {
    }

    /// A connection to `peer` stands, and its Hello is awaited. Each is followed by one admit or
    /// greeting_failed.
    void greeting_began(const PeerId& peer);
    /// Whether such a Hello is awaited now.
    [[nodiscard]] bool is_greeting(const PeerId& peer) const;
    /// Gives the reason for which the peer has left, where this was its last connection.
    [[nodiscard]] std::optional<std::string> greeting_failed(const PeerId& peer);
    /// Both Hellos were exchanged.
    [[nodiscard]] Verdict admit(const PeerId& peer, const Candidate& candidate, TimePoint now);
    /// An admitted connection has ended. Gives the reason where the peer has left with it: once for each
    /// join.
    [[nodiscard]] std::optional<std::string> ended(const PeerId& peer, ConnectionNumber number,
                                                   std::string reason);

private:
    struct Member {
        std::optional<Candidate> current;
        TimePoint since;           ///< when `current` was admitted
        bool has_joined = false;   ///< and was not told to have left
        std::uint64_t epoch = 0;   ///< of the process that has joined
        std::string left_because;  ///< to be told when nothing comes of the greetings
        unsigned greetings = 0;
    };

    [[nodiscard]] bool stays(const PeerId& peer, const Member& member, const Candidate& candidate,
                             TimePoint now) const;
    [[nodiscard]] std::optional<std::string> settle(const PeerId& peer);

    PeerId self_;
    Duration tie_window_;
    std::unordered_map<PeerId, Member> members_;
};

}  // namespace lanspread::party
