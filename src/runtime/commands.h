#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include <boost/describe/class.hpp>

/// What can be asked of a running peer. Plain described structs; each names its answer in its comment. A
/// command that fails answers with an Error.
namespace lanspread::runtime {

/// Answer: Status.
struct GetStatus {};
BOOST_DESCRIBE_STRUCT(GetStatus, (), ())

/// Answer: a list of Peer, by name.
struct GetPeers {};
BOOST_DESCRIBE_STRUCT(GetPeers, (), ())

/// Answer: a list of Game, by id: those that are here, or with `all` those of the whole party.
struct GetGames {
    bool all = false;
};
BOOST_DESCRIBE_STRUCT(GetGames, (), (all))

/// Answer: Game. `not_found` where nobody has it.
struct GetGame {
    std::string game;
};
BOOST_DESCRIBE_STRUCT(GetGame, (), (game))

/// Dials HOST:PORT and keeps trying it while the process runs. Answer: the Peer that it turned out to be.
struct Connect {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(Connect, (), (address))

/// Starts (or goes on with) a download. `version` empty: the one that most peers hold, this one among them,
/// the newest of those that tie, but never one that is older than what is here. Answer: Download, as it is at
/// its start; where that version is here already, its state is "done".
struct StartDownload {
    std::string game;
    std::string version;
};
BOOST_DESCRIBE_STRUCT(StartDownload, (), (game, version))

/// Ends a download at the next chunk. What was verified is kept, so that it can be resumed, unless `remove`
/// is asked. Answer: Download.
struct CancelDownload {
    std::string game;
    bool remove = false;
};
BOOST_DESCRIBE_STRUCT(CancelDownload, (), (game, remove))

/// Hashes a local game again and compares. Answer: VerifyReport.
struct VerifyGame {
    std::string game;
};
BOOST_DESCRIBE_STRUCT(VerifyGame, (), (game))

/// Scans the games folders now. Answer: Status, after the scan.
struct Rescan {};
BOOST_DESCRIBE_STRUCT(Rescan, (), ())

/// Answer: a stream of Event, one after the other: the last hundred, and with `follow` every further one
/// until the asker hangs up.
struct GetEvents {
    bool follow = false;
};
BOOST_DESCRIBE_STRUCT(GetEvents, (), (follow))

using Command = std::variant<GetStatus, GetPeers, GetGames, GetGame, Connect, StartDownload, CancelDownload,
                             VerifyGame, Rescan, GetEvents>;

}  // namespace lanspread::runtime
