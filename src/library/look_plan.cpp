#include "library/look_plan.h"

#include <algorithm>
#include <chrono>

namespace lanspread::library {

namespace {

using platform::FileChange;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long a root must be quiet at least. Of a new one, nobody knows what is still to come.
constexpr Duration shortest_quiet_of_known = milliseconds(300);
constexpr Duration shortest_quiet_of_new = seconds(2);
constexpr Duration longest_quiet = seconds(15);
/// How long a file that was made and not closed is waited for: it may have been a link, which nobody closes,
/// and whoever hangs must not keep a game away for ever.
constexpr Duration longest_pause_of_made = seconds(30);
/// The same of a file that was there before.
constexpr Duration longest_pause_of_changed = seconds(3);
/// A game that is shared is looked at that soon, even if it does not come to rest: it may be gone.
constexpr Duration longest_unseen = milliseconds(500);
/// The part of the time that looks at a restless root may take, at most one in so many.
constexpr int look_share = 4;
/// Files that are being written at once, as far as is kept in mind, of either kind.
constexpr std::size_t max_being_written = 10'000;

}  // namespace

Duration LookPlan::quiet_time(const State& state)
{
    const auto shortest = state.is_known ? shortest_quiet_of_known : shortest_quiet_of_new;
    const auto lasted = state.first_change ? state.last_change - *state.first_change : Duration();
    return std::clamp(std::max(lasted / 4, 2 * state.longest_pause), shortest, longest_quiet);
}

void LookPlan::end_work(State& state)
{
    state.is_in_work = state.is_in_asked_work = state.is_in_vouched_work = false;
}

Duration LookPlan::writing_pause(const State& state)
{
    return !state.made.empty()      ? longest_pause_of_made
           : !state.changed.empty() ? longest_pause_of_changed
                                    : Duration();
}

bool LookPlan::is_restless(const State& state, TimePoint now)
{
    return state.first_change && now - state.last_change < std::max(quiet_time(state), writing_pause(state));
}

void LookPlan::note_writing(State& state, const platform::FileEvent& event)
{
    if (event.is_folder || event.change == FileChange::attributes) {
        return;
    }
    std::pair<int, std::string> file(event.folder, event.name);
    if (event.change == FileChange::appeared && state.made.size() < max_being_written) {
        state.made.insert(std::move(file));
    } else if (event.change != FileChange::writing) {
        state.made.erase(file);
        state.changed.erase(file);
    } else if (!state.made.contains(file) && state.changed.size() < max_being_written) {
        state.changed.insert(std::move(file));
    }
}

void LookPlan::forget_writing(State& state)
{
    state.made.clear();
    state.changed.clear();
}

bool LookPlan::is_restless(const Root& root, TimePoint now) const
{
    const auto found = states_.find(root);
    return found != states_.end() && is_restless(found->second, now);
}

bool LookPlan::note_change(State& state, TimePoint at)
{
    const bool is_first = !is_restless(state, at);
    if (is_first) {
        state.first_change = state.last_change = at;
        state.longest_pause = {};
    } else if (at > state.last_change) {
        state.longest_pause = std::max(state.longest_pause, at - state.last_change);
        state.last_change = at;
    }
    return is_first;
}

void LookPlan::set_due(States::value_type& entry, std::optional<TimePoint> due)
{
    auto& state = entry.second;
    if (state.due) {
        by_due_.erase({*state.due, &entry});
    }
    state.due = due;
    if (due) {
        by_due_.emplace(*due, &entry);
    }
}

/// Puts the next look to when the root will have been quiet for long enough, if nothing further happens.
void LookPlan::wait_for_quiet(States::value_type& entry)
{
    auto& state = entry.second;
    auto due = state.last_change + std::max(quiet_time(state), writing_pause(state));
    if (state.is_shared && state.unseen_since) {
        due = std::min(due, *state.unseen_since + std::max(longest_unseen, look_share * state.look_took));
    }
    set_due(entry, due);
}

void LookPlan::heard(const Root& root, const platform::FileEvent& event, TimePoint now)
{
    auto& entry = *states_.try_emplace(root).first;
    auto& state = entry.second;
    const bool is_first = note_change(state, now);
    note_writing(state, event);
    if (!state.unseen_since) {
        state.unseen_since = now;
    }
    if (state.due && *state.due <= now) {
        return;
    }
    if (is_first) {
        set_due(entry, now);
    } else {
        wait_for_quiet(entry);
    }
}

void LookPlan::root_moved(const Root& root, TimePoint now)
{
    auto& entry = *states_.try_emplace(root).first;
    forget_writing(entry.second);
    set_due(entry, now);
}

void LookPlan::look_soon(const Root& root, TimePoint now)
{
    auto& entry = *states_.try_emplace(root).first;
    if (!entry.second.due) {
        set_due(entry, now);
    }
}

void LookPlan::ask(const Root& root, Asker asker, TimePoint now)
{
    auto& entry = *states_.try_emplace(root).first;
    entry.second.is_asked = true;
    entry.second.is_vouched_for = entry.second.is_vouched_for || asker == Asker::person;
    set_due(entry, now);
}

void LookPlan::hold(const GameId& game) { ++holds_[game]; }

void LookPlan::release(const GameId& game, TimePoint now)
{
    const auto held = holds_.find(game);
    if (held == holds_.end() || --held->second > 0) {
        return;
    }
    holds_.erase(held);
    for (auto& entry : states_) {
        if (entry.first.game != game || !entry.second.due) {
            continue;
        }
        // What was heard meanwhile was the operation's doing, and that is over.
        forget_writing(entry.second);
        entry.second.first_change.reset();
        set_due(entry, now);
    }
}

std::optional<Root> LookPlan::take(TimePoint now)
{
    for (const auto& [due, key] : by_due_) {
        if (due > now) {
            break;
        }
        if (key->second.is_in_work || holds_.contains(key->first.game)) {
            continue;
        }
        auto& entry = *states_.find(key->first);
        auto& state = entry.second;
        set_due(entry, std::nullopt);
        state.is_in_work = true;
        state.is_in_asked_work = std::exchange(state.is_asked, false);
        state.is_in_vouched_work = std::exchange(state.is_vouched_for, false);
        state.unseen_since.reset();
        return entry.first;
    }
    return std::nullopt;
}

std::optional<TimePoint> LookPlan::next_time() const
{
    const auto next = std::ranges::find_if(by_due_, [this](const auto& due) {
        return !due.second->second.is_in_work && !holds_.contains(due.second->first.game);
    });
    return next == by_due_.end() ? std::nullopt : std::optional(next->first);
}

bool LookPlan::looked(const Root& root, const LookResult& result, TimePoint now)
{
    auto& entry = *states_.try_emplace(root).first;
    auto& state = entry.second;
    state.is_known = result.is_known;
    state.is_shared = result.is_shared;
    state.look_took = result.took;
    if (!result.differs) {
        return false;
    }
    if (state.is_in_vouched_work && writing_pause(state) == Duration()) {
        return true;
    }
    if (result.last_change && (!state.first_change || now - *result.last_change > state.last_change)) {
        note_change(state, now - *result.last_change);
    }
    if (!is_restless(state, now)) {
        return true;
    }
    if (!state.due) {
        wait_for_quiet(entry);
    }
    return false;
}

void LookPlan::unsteady(const Root& root, TimePoint now)
{
    auto& entry = *states_.try_emplace(root).first;
    note_change(entry.second, now);
    wait_for_quiet(entry);
}

void LookPlan::again(const Root& root, TimePoint now)
{
    auto& entry = *states_.try_emplace(root).first;
    auto& state = entry.second;
    state.is_asked = state.is_asked || state.is_in_asked_work;
    state.is_vouched_for = state.is_vouched_for || state.is_in_vouched_work;
    end_work(state);
    set_due(entry, now);
}

void LookPlan::established(const Root& root)
{
    auto& state = states_[root];
    state.is_known = state.is_shared = true;
}

void LookPlan::done(const Root& root, TimePoint now)
{
    const auto found = states_.find(root);
    if (found == states_.end()) {
        return;
    }
    auto& state = found->second;
    end_work(state);
    if (!state.due && !is_restless(state, now) && !state.is_shared) {
        states_.erase(found);
    }
}

void LookPlan::forget_work()
{
    for (auto& [root, state] : states_) {
        end_work(state);
    }
}

bool LookPlan::is_asked_look_left() const
{
    return std::ranges::any_of(states_, [this](const auto& entry) {
        return entry.second.is_asked && !holds_.contains(entry.first.game);
    });
}

bool LookPlan::is_asked_work_left() const
{
    return std::ranges::any_of(states_, [this](const auto& entry) {
        return (entry.second.is_asked || entry.second.is_in_asked_work) && !holds_.contains(entry.first.game);
    });
}

}  // namespace lanspread::library
