#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "async/signal.h"
#include "library/chunk_hasher.h"
#include "library/fingerprint.h"
#include "library/game_root.h"
#include "library/game_table.h"
#include "library/library.h"

namespace lanspread::library {

using ManifestPtr = std::shared_ptr<const content::Manifest>;

/// Since the Unix epoch, as files' times are.
[[nodiscard]] std::int64_t wall_clock_ns();

/// What is behind Library: its state, and its work in three files: library.cpp (service, index, adopt, hold),
/// scan.cpp and verify.cpp. After each co_await a game may have been adopted, held or verified by somebody
/// else: see `is_busy`.
struct Library::Core {
    /// What is known of a root from when its content was last established; a row of the index.
    struct Known {
        ContentId content;
        std::shared_ptr<const Fingerprint> fingerprint;
        std::string damage;    ///< as in store::IndexedGame
        ManifestPtr manifest;  ///< null until it is needed
    };

    /// A text for people about a path, and the number of the scan that last found it true.
    struct Problem {
        std::string text;
        std::uint64_t scan = 0;
    };

    /// A root whose content has to be established.
    struct Candidate {
        Root root;
        RootListing listing;
    };

    Core(Pools pools, store::Database& database, Options options);

    [[nodiscard]] Task<void> run();
    [[nodiscard]] Task<void> rescan();
    void request_scan();
    [[nodiscard]] Task<Result<void>> adopt(Root root, ManifestPtr manifest);
    [[nodiscard]] Task<Result<VerifyReport>> verify(GameId game);
    [[nodiscard]] Hold hold(const GameId& game);
    void release(const GameId& game);

    // The index (library.cpp)
    [[nodiscard]] Task<void> load_index();
    /// Saves what is known of the root. A failure is a problem, not an end: all it costs is hashing again.
    [[nodiscard]] Task<void> remember(Root root);
    /// The manifest of what is known of the root; null where it is not in state.db, or is not what it should
    /// be.
    [[nodiscard]] Task<ManifestPtr> load_manifest(Root root);
    void publish(const Root& root);

    /// Looks at a root when none of its files has changed just before; waits for that, once and shortly.
    /// `unavailable` where one is changed again and again: then a scan is asked for.
    [[nodiscard]] Task<Result<RootListing>> read_settled(Root root);

    // The scan (scan.cpp)
    [[nodiscard]] Task<void> scan();
    [[nodiscard]] Task<void> look_into(std::filesystem::path games_folder);
    [[nodiscard]] Task<void> look_at(Root root);
    [[nodiscard]] Task<void> establish(Candidate candidate);
    [[nodiscard]] Task<Result<ManifestPtr>> hash(Candidate candidate, bool reuse);
    /// What to do with content that was just hashed: publish it, or go on calling the root damaged.
    [[nodiscard]] Task<void> take_in(Candidate candidate, ManifestPtr manifest);

    void report(const std::filesystem::path& path, std::string text);
    /// The root cannot be shared as it is.
    void refuse(const Root& root, std::string text);
    /// True where somebody is at work on the game, or was since this scan began: then this scan leaves it
    /// alone, and another one follows when that is over.
    [[nodiscard]] bool is_busy(const GameId& game);
    /// Somebody changes what is known of the game.
    void touch(const GameId& game) { touched_[game] = ++touches_; }

    Pools pools_;
    store::Database& database_;
    Options options_;
    ChunkHasher hasher_;
    GameTable table_;
    std::function<void()> scan_finished_;

    std::map<Root, Known> known_;
    bool index_loaded_ = false;
    std::map<std::filesystem::path, Problem> problems_;

    std::map<GameId, unsigned> holds_;
    std::map<GameId, std::uint64_t> touched_;
    std::uint64_t touches_ = 0;
    std::set<GameId> missed_;  // left alone by a scan because they were held

    // Scans are numbered from 1.
    std::uint64_t scans_requested_ = 1;
    std::uint64_t scans_started_ = 0;
    std::uint64_t scans_ended_ = 0;
    bool is_scanning_ = false;
    Signal scan_wanted_;
    Signal scan_ended_;

    // Of the scan that runs.
    std::uint64_t touches_at_start_ = 0;
    std::map<GameId, Root> seen_;
    std::vector<Candidate> candidates_;
    bool somebody_is_changing_ = false;
};

}  // namespace lanspread::library
