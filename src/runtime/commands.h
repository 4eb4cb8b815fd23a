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

/// Answer: a list of Game, by id: those that are here or being fetched, with `all` those of the whole party,
/// with `catalog` also those that nobody has and the catalog knows.
struct GetGames {
    bool all = false;
    bool catalog = false;
};
BOOST_DESCRIBE_STRUCT(GetGames, (), (all, catalog))

/// Answer: Game. `not_found` where nobody has it and the catalog does not know it.
struct GetGame {
    std::string game;
};
BOOST_DESCRIBE_STRUCT(GetGame, (), (game))

/// A small picture of a game, made and kept by the peer. `width` is 64 to 1024 pixels; it is rounded up to
/// 64, 128, 256, 512 or 1024. Answer: Cover. `not_found` where nobody tells of a picture.
struct GetCover {
    std::string game;
    std::uint32_t width = 0;
};
BOOST_DESCRIBE_STRUCT(GetCover, (), (game, width))

/// Dials HOST:PORT and keeps trying it while the process runs. Answer: the Peer that it turned out to be.
struct Connect {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(Connect, (), (address))

/// Puts a download at the end of the queue, or goes on with one (also a paused one). `version` empty: the
/// current one (decide_download in party_library.h), but never one that is older than what is here. Answer:
/// Download, as it is at its start; where that version is here already, its state is "done".
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

/// Answer: a list of Download: the queue in its order, then those that have ended since the process started.
struct GetDownloads {};
BOOST_DESCRIBE_STRUCT(GetDownloads, (), ())

/// From the next chunk on the download of `game` (or with `all` every one) asks for nothing further; what was
/// verified is kept, and others may fetch it. It survives the process. Answer: a list of Download: those that
/// were asked for, as they are now.
struct PauseDownloads {
    std::string game;  ///< empty with `all`
    bool all = false;
};
BOOST_DESCRIBE_STRUCT(PauseDownloads, (), (game, all))

/// Ends the pause. Answer: as PauseDownloads.
struct ResumeDownloads {
    std::string game;  ///< empty with `all`
    bool all = false;
};
BOOST_DESCRIBE_STRUCT(ResumeDownloads, (), (game, all))

/// Answer: Download.
struct SetPriority {
    std::string game;
    std::string priority;  ///< "high", "normal" or "low"
};
BOOST_DESCRIBE_STRUCT(SetPriority, (), (game, priority))

/// Puts a download to a position in the queue, from 1, or as near to it as its priority allows. Answer:
/// Download.
struct MoveDownload {
    std::string game;
    std::uint32_t position = 1;
};
BOOST_DESCRIBE_STRUCT(MoveDownload, (), (game, position))

/// Answer: Settings.
struct GetSettings {};
BOOST_DESCRIBE_STRUCT(GetSettings, (), ())

/// Changes one of the members of Settings, from now on and for later processes. Answer: Settings.
struct ChangeSetting {
    std::string name;
    std::string value;  ///< as a person types it: "5M", "500k", "off", "3", "on"
};
BOOST_DESCRIBE_STRUCT(ChangeSetting, (), (name, value))

/// Somebody plays, for as long as this connection lasts: uploads give way to the game. Answer: Status; then
/// nothing, until the asker hangs up.
struct Play {
    std::string program;  ///< for people
};
BOOST_DESCRIBE_STRUCT(Play, (), (program))

/// Hashes a local game again and compares. With `repair`, what is bad is then fetched as a download, if
/// somebody has that version now. Answer: VerifyReport.
struct VerifyGame {
    std::string game;
    bool repair = false;
};
BOOST_DESCRIBE_STRUCT(VerifyGame, (), (game, repair))

/// Deletes what was downloaded of a game: the files of its package, so that nobody can fetch it here any
/// more. `refused` while it is being downloaded, verified or otherwise changed, and where it is installed,
/// unless `keep_installed` says that this stays. Answer: RemoveReport.
struct RemoveGame {
    std::string game;
    bool keep_installed = false;
};
BOOST_DESCRIBE_STRUCT(RemoveGame, (), (game, keep_installed))

/// Asks everybody anew who is there, and every peer what it sees of the network. Takes some seconds. Answer:
/// doctor::Diagnosis.
struct Diagnose {};
BOOST_DESCRIBE_STRUCT(Diagnose, (), ())

/// Measures how fast bytes go from one peer to another, both by their ids; this peer may be one of them.
/// Takes a second. Answer: doctor::Speed, which says why where it was not measured.
struct MeasureSpeed {
    std::string from;
    std::string to;
};
BOOST_DESCRIBE_STRUCT(MeasureSpeed, (), (from, to))

/// Scans the games folders now. Answer: Status, after the scan.
struct Rescan {};
BOOST_DESCRIBE_STRUCT(Rescan, (), ())

/// Answer: a stream of Event, one after the other: the last hundred, and with `follow` every further one
/// until the asker hangs up.
struct GetEvents {
    bool follow = false;
};
BOOST_DESCRIBE_STRUCT(GetEvents, (), (follow))

using Command =
    std::variant<GetStatus, GetPeers, GetGames, GetGame, GetCover, Connect, StartDownload, CancelDownload,
                 GetDownloads, PauseDownloads, ResumeDownloads, SetPriority, MoveDownload, GetSettings,
                 ChangeSetting, Play, VerifyGame, RemoveGame, Diagnose, MeasureSpeed, Rescan, GetEvents>;

}  // namespace lanspread::runtime
