#include "library/look_plan.h"

#include <gtest/gtest.h>

#include "library/testing.h"

namespace lanspread::library {

namespace {

using platform::FileChange;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A plan in virtual time, and one root.
class LookPlanTest : public ::testing::Test {
protected:
    void hear(FileChange change, std::string name = "data.pak", bool is_folder = false)
    {
        plan_.heard(
            root_, {.change = change, .tag = 1, .folder = 3, .name = std::move(name), .is_folder = is_folder},
            now_);
    }

    /// Writes as a program does: opens, writes, closes.
    void write(std::string name = "data.pak")
    {
        hear(FileChange::appeared, name);
        hear(FileChange::writing, name);
        hear(FileChange::written, name);
    }

    [[nodiscard]] bool is_due()
    {
        const auto next = plan_.next_time();
        return next && *next <= now_;
    }

    /// Takes the root, which has to be due, looks at it, and ends the work. True where it may be taken in.
    bool look(LookResult result)
    {
        const auto taken = plan_.take(now_);
        EXPECT_TRUE(taken);
        const bool accepted = plan_.looked(root_, result, now_);
        plan_.done(root_, now_);
        return accepted;
    }

    /// Lets time pass until the root is due, and gives how long that was; at most a minute.
    Duration wait()
    {
        const auto began = now_;
        while (!is_due() && now_ - began < seconds(60)) {
            now_ += milliseconds(10);
        }
        return now_ - began;
    }

    /// The root is known, shared and quiet.
    void share()
    {
        plan_.ask(root_, LookPlan::Asker::person, now_);
        EXPECT_FALSE(look({.is_known = true, .is_shared = true}));
        now_ += seconds(100);
    }

    Root root_{.games_folder = "/games", .game = game_id("doom")};
    TimePoint now_ = TimePoint() + std::chrono::hours(1);
    LookPlan plan_;
};

TEST_F(LookPlanTest, has_nothing_to_look_at_where_nothing_happened)
{
    EXPECT_FALSE(plan_.take(now_));
    EXPECT_FALSE(plan_.next_time());
}

TEST_F(LookPlanTest, looks_at_once_when_a_quiet_root_is_heard_of)
{
    share();
    hear(FileChange::vanished);
    EXPECT_EQ(plan_.take(now_), root_);
    EXPECT_FALSE(plan_.take(now_)) << "it is in work";
}

TEST_F(LookPlanTest, keeps_the_first_look_where_more_is_heard_before_it)
{
    share();
    hear(FileChange::vanished, "one");
    now_ += milliseconds(1);
    hear(FileChange::vanished, "two");
    EXPECT_TRUE(is_due());
}

TEST_F(LookPlanTest, takes_in_a_known_root_soon_after_a_small_change)
{
    share();
    write();
    EXPECT_FALSE(look({.differs = true, .is_known = true, .last_change = Duration()}));
    EXPECT_LE(wait(), seconds(1));
    EXPECT_TRUE(look({.differs = true, .is_known = true, .last_change = milliseconds(400)}));
}

TEST_F(LookPlanTest, waits_longer_for_a_root_that_nobody_knows_yet)
{
    write("version.ini");
    EXPECT_FALSE(look({.differs = true, .last_change = Duration()}));
    EXPECT_GE(wait(), seconds(1));
}

TEST_F(LookPlanTest, does_not_take_in_what_is_copied_until_the_copy_has_been_quiet)
{
    // The sentinel came first; a file a second follows.
    write("version.ini");
    for (int file = 0; file < 20; ++file) {
        now_ += seconds(1);
        write(std::to_string(file));
        if (is_due()) {
            EXPECT_FALSE(look({.differs = true, .last_change = Duration()})) << file;
        }
    }
    const auto waited = wait();
    EXPECT_GE(waited, seconds(4)) << "a copy that took 20 s may pause for longer than a short one";
    EXPECT_TRUE(look({.differs = true, .last_change = waited}));
}

TEST_F(LookPlanTest, waits_longer_where_the_pauses_were_long)
{
    write("version.ini");
    now_ += milliseconds(1900);
    write("one");
    now_ += milliseconds(1900);
    write("two");
    look({.differs = true, .last_change = Duration()});
    EXPECT_GE(wait(), milliseconds(3800));
}

TEST_F(LookPlanTest, does_not_take_in_a_root_while_a_file_of_it_is_being_written)
{
    hear(FileChange::appeared, "large.pak");
    EXPECT_FALSE(look({.differs = true, .last_change = Duration()}));
    for (int second = 0; second < 100; ++second) {
        now_ += seconds(1);
        hear(FileChange::writing, "large.pak");
        if (is_due()) {
            EXPECT_FALSE(look({.differs = true, .last_change = Duration()}));
        }
    }
    hear(FileChange::written, "large.pak");
    const auto waited = wait();
    EXPECT_LE(waited, seconds(16));
    EXPECT_TRUE(look({.differs = true, .last_change = waited}));
}

TEST_F(LookPlanTest, does_not_wait_for_ever_for_a_file_that_nobody_closes)
{
    hear(FileChange::appeared, "hard link");
    EXPECT_FALSE(look({.differs = true, .last_change = Duration()}));
    const auto waited = wait();
    EXPECT_GE(waited, seconds(20));
    EXPECT_LT(waited, seconds(60));
    EXPECT_TRUE(look({.differs = true, .last_change = waited}));
}

TEST_F(LookPlanTest, waits_little_for_a_file_whose_time_was_set_for_nobody_closes_it)
{
    share();
    hear(FileChange::writing, "version.ini");
    EXPECT_FALSE(look({.differs = true, .is_known = true, .last_change = Duration()}));
    EXPECT_LE(wait(), seconds(4));
    EXPECT_TRUE(look({.differs = true, .is_known = true, .last_change = seconds(4)}));
}

TEST_F(LookPlanTest, believes_the_times_of_files_where_nothing_was_heard_of_their_folder)
{
    hear(FileChange::appeared, "data", true);
    EXPECT_FALSE(look({.differs = true, .last_change = Duration()}));
    wait();
    EXPECT_FALSE(look({.differs = true, .last_change = milliseconds(100)}));
    const auto waited = wait();
    EXPECT_GE(waited, seconds(1));
    EXPECT_TRUE(look({.differs = true, .last_change = waited + milliseconds(100)}));
}

TEST_F(LookPlanTest, takes_in_at_once_what_was_moved_here_as_a_whole)
{
    plan_.root_moved(root_, now_);
    EXPECT_TRUE(look({.differs = true, .last_change = std::chrono::hours(5)}));
}

TEST_F(LookPlanTest, looks_at_a_shared_root_soon_even_if_it_does_not_come_to_rest)
{
    share();
    auto last_look = now_;
    for (int tick = 0; tick < 200; ++tick) {
        hear(FileChange::writing, "log.txt");
        if (is_due()) {
            look({.is_known = true, .is_shared = true});
            last_look = now_;
        }
        EXPECT_LT(now_ - last_look, seconds(1));
        now_ += milliseconds(50);
    }
}

TEST_F(LookPlanTest, spends_only_a_part_of_the_time_on_looks_at_a_restless_root)
{
    share();
    int looks = 0;
    for (int tick = 0; tick < 1'000; ++tick) {
        hear(FileChange::writing, "log.txt");
        if (is_due()) {
            look({.is_known = true, .is_shared = true, .took = seconds(1)});
            ++looks;
        }
        now_ += milliseconds(50);
    }
    EXPECT_LE(looks, 15) << "of a second each, within 50 s";
    EXPECT_GE(looks, 5);
}

TEST_F(LookPlanTest, takes_in_what_a_person_asked_for_however_new_it_is)
{
    write();
    look({.differs = true, .last_change = Duration()});
    plan_.ask(root_, LookPlan::Asker::person, now_);
    EXPECT_TRUE(plan_.is_asked_work_left());
    EXPECT_TRUE(look({.differs = true, .last_change = Duration()}));
    EXPECT_FALSE(plan_.is_asked_work_left());
}

TEST_F(LookPlanTest, does_not_take_in_what_is_new_because_a_program_asked)
{
    plan_.ask(root_, LookPlan::Asker::program, now_);
    EXPECT_TRUE(plan_.is_asked_work_left());
    EXPECT_FALSE(look({.differs = true, .last_change = milliseconds(500)}));
    EXPECT_FALSE(plan_.is_asked_work_left());
    wait();
    EXPECT_TRUE(look({.differs = true, .last_change = seconds(3)}));
}

TEST_F(LookPlanTest, does_not_take_in_what_is_being_written_even_if_asked)
{
    hear(FileChange::appeared);
    plan_.ask(root_, LookPlan::Asker::person, now_);
    EXPECT_FALSE(look({.differs = true, .last_change = Duration()}));
}

TEST_F(LookPlanTest, leaves_a_held_root_alone_and_looks_when_it_is_released)
{
    plan_.hold(root_.game);
    plan_.hold(root_.game);
    hear(FileChange::appeared);
    EXPECT_FALSE(plan_.take(now_));
    EXPECT_FALSE(plan_.next_time());
    plan_.release(root_.game, now_);
    EXPECT_FALSE(plan_.take(now_)) << "somebody else holds it still";
    now_ += milliseconds(100);
    plan_.release(root_.game, now_);
    EXPECT_TRUE(look({.differs = true, .last_change = seconds(20)}))
        << "what was heard meanwhile was the operation's doing";
}

TEST_F(LookPlanTest, does_not_look_again_where_nothing_was_heard_while_it_was_held)
{
    share();
    plan_.hold(root_.game);
    plan_.release(root_.game, now_);
    EXPECT_FALSE(plan_.take(now_));
}

TEST_F(LookPlanTest, an_asked_look_at_a_held_root_is_not_waited_for)
{
    plan_.hold(root_.game);
    plan_.ask(root_, LookPlan::Asker::person, now_);
    EXPECT_FALSE(plan_.is_asked_work_left());
    plan_.release(root_.game, now_);
    EXPECT_TRUE(plan_.is_asked_work_left());
}

TEST_F(LookPlanTest, looks_again_at_what_changed_while_it_was_established)
{
    plan_.ask(root_, LookPlan::Asker::person, now_);
    EXPECT_EQ(plan_.take(now_), root_);
    EXPECT_TRUE(plan_.looked(root_, {.differs = true, .last_change = seconds(50)}, now_));
    now_ += seconds(10);
    plan_.unsteady(root_, now_);
    plan_.done(root_, now_);
    EXPECT_GT(wait(), Duration());
    EXPECT_TRUE(is_due());
}

TEST_F(LookPlanTest, does_not_look_at_a_root_in_work_until_that_is_over)
{
    hear(FileChange::appeared);
    EXPECT_TRUE(plan_.take(now_));
    plan_.root_moved(root_, now_);
    EXPECT_FALSE(plan_.take(now_));
    plan_.done(root_, now_);
    EXPECT_TRUE(plan_.take(now_));
}

TEST_F(LookPlanTest, takes_up_work_that_its_doer_forgot)
{
    plan_.ask(root_, LookPlan::Asker::person, now_);
    EXPECT_TRUE(plan_.take(now_));
    plan_.forget_work();
    EXPECT_FALSE(plan_.is_asked_work_left());
    plan_.ask(root_, LookPlan::Asker::person, now_);
    EXPECT_TRUE(plan_.take(now_));
}

}  // namespace

}  // namespace lanspread::library
