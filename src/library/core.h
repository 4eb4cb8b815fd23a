#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/signal.h"
#include "library/chunk_hasher.h"
#include "library/fingerprint.h"
#include "library/game_root.h"
#include "library/game_table.h"
#include "library/games_folder.h"
#include "library/library.h"
#include "library/look_plan.h"
#include "library/root_watch.h"

namespace lanspread::library {

using ManifestPtr = std::shared_ptr<const content::Manifest>;

/// Since the Unix epoch, as files' times are.
[[nodiscard]] std::int64_t wall_clock_ns();

/// What is behind Library: its state, and its work in some files: library.cpp (service, hold, adopt),
/// index.cpp, scan.cpp (games folders), look.cpp (one root), establish.cpp (hashing), watch.cpp, shown.cpp
/// (what others are shown) and verify.cpp. After each co_await a game may have been adopted, held or verified
/// by somebody else: see `is_busy`.
struct Library::Core {
    /// What is known of a root from when its content was last established; a row of the index.
    struct Known {
        ContentId content;
        std::shared_ptr<const Fingerprint> fingerprint;
        std::string damage;    ///< as in store::IndexedGame
        ManifestPtr manifest;  ///< null until it is needed
        /// What is meant to be there, where the files were changed under the same version.ini.
        std::optional<ContentId> original;
    };

    /// A games folder as the last look found it.
    struct FolderView {
        GamesFolder found;
        std::optional<platform::FolderIdentity> identity;
    };

    /// A root whose content has to be established.
    struct Candidate {
        Root root;
        RootListing listing;
        std::uint64_t since = 0;  ///< what `touches_` was before it was looked at
    };

    Core(Pools pools, store::Database& database, Options options);

    [[nodiscard]] Task<void> run();
    [[nodiscard]] Task<void> watch();
    [[nodiscard]] Task<void> rescan();
    void request_scan();
    void request_look(const GameId& game);
    void withdraw(const GameId& game);
    [[nodiscard]] Task<void> forget(Root root);
    [[nodiscard]] Task<Result<void>> adopt(Root root, ManifestPtr manifest);
    [[nodiscard]] Task<Result<VerifyReport>> verify(GameId game);
    [[nodiscard]] Hold hold(const GameId& game);
    void release(const GameId& game);

    // The index (index.cpp)
    [[nodiscard]] Task<void> load_index();
    /// Saves what is known of the root. A failure is a problem, not an end: all it costs is hashing again.
    [[nodiscard]] Task<void> remember(Root root);
    /// The manifest of what is known of the root; null where it is not in state.db, or is not what it should
    /// be.
    [[nodiscard]] Task<ManifestPtr> load_manifest(Root root);
    /// The same of any content of the game.
    [[nodiscard]] Task<ManifestPtr> read_manifest(GameId game, ContentId content);
    /// The manifest of what is meant to be there: that of before somebody changed files under the same
    /// version.ini, else as load_manifest.
    [[nodiscard]] Task<ManifestPtr> load_original(Root root);
    /// Notes in the index which roots are there, and drops what was not for very long.
    [[nodiscard]] Task<void> note_seen();

    /// Looks at a root when none of its files has changed just before; waits for that, once and shortly.
    /// `unavailable` where one is changed again and again: then it is looked at later.
    [[nodiscard]] Task<Result<RootListing>> read_settled(Root root);

    // The games folders (scan.cpp)
    [[nodiscard]] Task<void> scans();
    [[nodiscard]] Task<void> scan(std::optional<LookPlan::Asker> asker);
    [[nodiscard]] Task<void> look_into(std::filesystem::path games_folder);
    /// Where a games folder has another identity than it had, asks for a scan.
    [[nodiscard]] Task<void> check_folders();
    void end_scan_when_done();

    // One root (look.cpp)
    [[nodiscard]] Task<void> looks();
    [[nodiscard]] Task<void> look(Root root);
    /// What a look found; true where its content is to be established now.
    [[nodiscard]] bool judge(const Root& root, const RootLook& found, const ManifestPtr& manifest,
                             Duration took);
    void set_kind(const Root& root, const RootKind& kind);
    /// The root of the game that counts, where several games folders have one: the first folder's.
    [[nodiscard]] std::optional<Root> owner(const GameId& game) const;
    /// What is known of a root that was moved here as a whole is known of this one, too. True where that is
    /// news.
    bool recognize_moved(const Root& root, const Fingerprint& fingerprint);
    void publish(const Root& root);
    void leave_table(const Root& root);

    // Hashing (establish.cpp)
    [[nodiscard]] Task<void> establish_candidates();
    [[nodiscard]] Task<void> establish(Candidate candidate);
    [[nodiscard]] Task<Result<ManifestPtr>> hash(Candidate candidate, bool reuse);
    /// What to do with content that was just hashed: publish it, or go on calling the root damaged.
    [[nodiscard]] Task<void> take_in(Candidate candidate, ManifestPtr manifest);

    // What others are shown (shown.cpp)
    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] std::vector<FolderState> folders() const;
    [[nodiscard]] std::vector<InstalledGame> installed_games() const;
    [[nodiscard]] std::vector<UnsharedGame> unshared_games() const;
    [[nodiscard]] std::string watch_problem() const;
    void report(const std::filesystem::path& path, std::string text);
    void clear_problem(const std::filesystem::path& path);
    /// The root cannot be shared as it is.
    void refuse(const Root& root, std::string text);
    void folders_changed();

    /// What was heard (watch.cpp). True where the games folders are to be compared with what they were.
    [[nodiscard]] bool hear(const Heard& heard);

    /// True where somebody is at work on the game, or was since `touches_` was that: then what was found
    /// means nothing, and is looked for again.
    [[nodiscard]] bool is_busy(const GameId& game, std::uint64_t since) const;
    /// Somebody changes what is known of the game.
    void touch(const GameId& game) { touched_[game] = ++touches_; }
    [[nodiscard]] bool is_installed(const Root& root) const;

    Pools pools_;
    store::Database& database_;
    Options options_;
    ChunkHasher hasher_;
    GameTable table_;
    std::function<void()> scan_finished_;
    std::vector<std::function<void()>> folder_listeners_;

    std::map<Root, Known> known_;
    bool index_loaded_ = false;
    std::map<std::filesystem::path, FolderView> views_;
    std::map<std::filesystem::path, std::string> problems_;  // texts for people about a path

    std::map<GameId, std::uint64_t> touched_;
    std::uint64_t touches_ = 0;

    LookPlan plan_;
    Signal looks_wanted_;
    unsigned looks_running_ = 0;
    std::deque<Candidate> candidates_;
    Signal candidates_wait_;

    std::shared_ptr<RootWatch> watch_;  // null while nothing is watched
    std::string watch_problem_;         // why that is

    // Scans that somebody asked for are numbered; the first is that of the start.
    std::uint64_t scans_asked_ = 1;
    std::uint64_t scans_started_ = 0;
    std::uint64_t scans_ended_ = 0;
    bool is_scan_wanted_ = false;  // one that nobody asked for
    bool is_asked_by_person_ = false;
    bool is_scanning_ = false;
    bool is_reading_folders_ = false;  // so that what is to be looked at is not known yet
    bool has_looked_ = false;
    std::optional<TimePoint> noted_seen_;
    Signal scan_wanted_;
    Signal scan_ended_;
};

}  // namespace lanspread::library
