#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/clock.h"
#include "library/game_root.h"
#include "platform/file_watch.h"

namespace lanspread::library {

/// What a look at a root came to.
struct LookResult {
    bool differs = false;    ///< from what is known of the root: its content would have to be established
    bool is_known = false;   ///< its content was established before, whatever it is now
    bool is_shared = false;  ///< others are told that it is here
    /// How long ago the last file of it changed, by its times; nothing where that cannot be told.
    std::optional<Duration> last_change;
    Duration took = {};
};

/// Decides when which game root is looked at, and whether what lies there may be taken in. Pure.
///
/// The first event of a quiet root has it looked at at once, so that a game that is deleted or changed is no
/// longer offered. A root that goes on changing is looked at when it has been quiet for a while; the longer
/// it was changing, and the longer the pauses in between, the longer that is. A root that is new may be a
/// folder that somebody is copying, whose sentinel came first: it is taken in when nobody writes to it, and
/// nothing in it was changed for that while, also by the times of its files. What a person asks for is done
/// at once.
///
/// A root is in one piece of work at a time: from `take` to `done`. Held games' roots wait.
class LookPlan {
public:
    /// Something happened in the root.
    void heard(const Root& root, const platform::FileEvent& event, TimePoint now);
    /// The root as a whole came or went, or something about it changed that is no content.
    void root_moved(const Root& root, TimePoint now);
    /// Somebody wants it looked at, soon.
    void look_soon(const Root& root, TimePoint now);
    /// The same, and somebody waits for what comes of it. Where that is a person, who says so, what lies
    /// there is taken to be whole, however new it is.
    enum class Asker { program, person };
    void ask(const Root& root, Asker asker, TimePoint now);

    void hold(const GameId& game);
    void release(const GameId& game, TimePoint now);
    [[nodiscard]] bool is_held(const GameId& game) const { return holds_.contains(game); }

    /// The next root to look at, which is in work from now on.
    [[nodiscard]] std::optional<Root> take(TimePoint now);
    /// When `take` should be called next; a root in work, or held, does not count.
    [[nodiscard]] std::optional<TimePoint> next_time() const;
    /// The root, which is in work, was looked at. True where its content may be established now; otherwise
    /// it is looked at again when that may be.
    [[nodiscard]] bool looked(const Root& root, const LookResult& result, TimePoint now);
    /// It changed while it was being established: it is looked at again when it is quiet.
    void unsteady(const Root& root, TimePoint now);
    /// What was found meant nothing, for somebody else was at work: it is looked at again, and that the work
    /// was asked for still counts.
    void again(const Root& root, TimePoint now);
    /// Its content was established and is shared from now on.
    void established(const Root& root);
    /// The work has ended.
    void done(const Root& root, TimePoint now);
    /// Whoever was at work has ended without saying so.
    void forget_work();

    /// Whether something that was asked for is not taken, or not done yet; what is held does not count.
    [[nodiscard]] bool is_asked_look_left() const;
    [[nodiscard]] bool is_asked_work_left() const;
    /// Whether somebody is changing the root, as far as was heard.
    [[nodiscard]] bool is_restless(const Root& root, TimePoint now) const;

private:
    struct State {
        std::optional<TimePoint> due;
        bool is_asked = false;
        bool is_vouched_for = false;  // by a person who asked
        bool is_in_work = false;
        bool is_in_asked_work = false;
        bool is_in_vouched_work = false;
        bool is_known = false;
        bool is_shared = false;
        Duration look_took = {};
        // The unrest: changes one after the other, none of them later than the quiet time after the last.
        std::optional<TimePoint> first_change;
        TimePoint last_change;
        Duration longest_pause = {};
        std::optional<TimePoint> unseen_since;  // the first change that no look has followed
        // Files that nobody has closed since they were made, or changed. Of the latter there are some that
        // were never open: times can be set, and files be cut, by name.
        std::set<std::pair<int, std::string>> made;
        std::set<std::pair<int, std::string>> changed;
    };
    using States = std::map<Root, State>;

    static void end_work(State& state);
    [[nodiscard]] static Duration quiet_time(const State& state);
    /// How long somebody who has a file open may pause.
    [[nodiscard]] static Duration writing_pause(const State& state);
    static void note_writing(State& state, const platform::FileEvent& event);
    static void forget_writing(State& state);
    [[nodiscard]] static bool is_restless(const State& state, TimePoint now);
    /// False where it continues an unrest.
    static bool note_change(State& state, TimePoint at);
    void set_due(States::value_type& entry, std::optional<TimePoint> due);
    void wait_for_quiet(States::value_type& entry);

    States states_;
    std::set<std::pair<TimePoint, const States::value_type*>> by_due_;
    std::map<GameId, unsigned> holds_;
};

}  // namespace lanspread::library
