#include "library/testing.h"

/// The watch on a real disk: nothing here asks for a scan, so what comes to be known was heard.
namespace lanspread::library {

namespace {

class WatchTest : public LibraryTest {
protected:
    void start_watched() { start_watched(Options{.games_folders = {games_}}); }
    void start_watched(Options options)
    {
        LibraryTest::start(std::move(options));
        group_->spawn(library_->watch());
        // The watch begins with a scan, after which all is watched.
        scan();
        settle();
    }

    /// Runs until nothing is heard for a moment: what follows is a new unrest, not the rest of an old one.
    void settle()
    {
        context_.restart();
        context_.run_for(std::chrono::milliseconds(100));
    }

    template <class Condition>
    void until(Condition condition)
    {
        testing::run_until(context_, condition);
    }

    [[nodiscard]] std::string version_of(std::string_view id) const
    {
        const auto game = find(id);
        return game ? game->version : "";
    }

    [[nodiscard]] FolderCondition condition() const { return library_->folders().at(0).condition; }
};

TEST_F(WatchTest, notices_a_game_that_is_moved_here)
{
    start_watched();
    make_game("doom");
    std::filesystem::rename(games_ / "doom", temporary_.path() / "doom");
    until([this] { return !find("doom"); });
    settle();
    std::filesystem::rename(temporary_.path() / "doom", games_ / "doom");
    until([this] { return find("doom"); });
}

TEST_F(WatchTest, notices_a_game_that_is_copied_here_with_its_sentinel_first)
{
    start_watched();
    write_file(games_ / "doom/version.ini", version);
    for (int number = 0; number < 5; ++number) {
        write_file(games_ / fmt::format("doom/folder{0}/deeper/file{0}", number), pattern(100'000, 1));
        settle();
        EXPECT_FALSE(find("doom")) << "after file " << number;
    }
    until([this] { return find("doom"); });
    EXPECT_EQ(find("doom")->manifest->files().size(), 6U);
    EXPECT_EQ(changes_.size(), 1U) << "it was never announced half";
}

TEST_F(WatchTest, notices_a_game_that_is_removed)
{
    make_game("doom");
    start_watched();
    ASSERT_TRUE(find("doom"));
    std::filesystem::remove_all(games_ / "doom");
    until([this] { return !find("doom"); });
    settle();
    EXPECT_EQ(problems(), "");
    EXPECT_TRUE(library_->unshared_games().empty());
}

TEST_F(WatchTest, notices_a_sentinel_that_is_removed)
{
    make_game("doom");
    start_watched();
    std::filesystem::remove(games_ / "doom/version.ini");
    until([this] { return !find("doom"); });
    write_file(games_ / "doom/version.ini", version);
    until([this] { return find("doom"); });
}

TEST_F(WatchTest, notices_a_sentinel_that_was_rewritten_with_the_same_size_and_time)
{
    make_game("doom");
    const auto sentinel = games_ / "doom/version.ini";
    const auto time = std::filesystem::last_write_time(sentinel);
    start_watched();
    write_file(sentinel, "20250202");
    std::filesystem::last_write_time(sentinel, time);
    until([this] { return version_of("doom") == "20250202"; });
}

TEST_F(WatchTest, notices_a_change_deep_in_a_game_and_in_a_folder_that_is_new)
{
    make_game("doom");
    start_watched();
    const auto first = find("doom")->content;
    write_file(games_ / "doom/data/deep/deeper/new", "x");
    until([&] { return find("doom") && find("doom")->content != first; });
    const auto second = find("doom")->content;
    settle();
    write_file(games_ / "doom/data/deep/deeper/new", "other");
    until([&] { return find("doom") && find("doom")->content != second; });
    EXPECT_EQ(find("doom")->manifest->files().size(), 4U);
}

TEST_F(WatchTest, takes_no_notice_of_what_is_the_users)
{
    make_game("doom");
    write_file(games_ / "doom/local/save", "x");
    // Enough for the folder above, the games folder, doom and doom/data.
    start_watched(Options{.games_folders = {games_}, .max_watches = 4});
    EXPECT_EQ(library_->watch_problem(), "") << "more is watched";
    EXPECT_TRUE(find("doom")->installed);
    const auto before = changes_.size();
    write_file(games_ / "doom/local/other", "x");
    settle();
    EXPECT_EQ(changes_.size(), before);
}

TEST_F(WatchTest, tells_when_a_game_is_installed_and_no_longer)
{
    make_game("doom");
    start_watched();
    EXPECT_FALSE(find("doom")->installed);
    std::filesystem::create_directory(games_ / "doom/local");
    until([this] { return find("doom")->installed; });
    std::filesystem::remove(games_ / "doom/local");
    until([this] { return !find("doom")->installed; });
    EXPECT_EQ(changes_.size(), 3U);
}

TEST_F(WatchTest, notices_what_is_installed_and_not_downloaded)
{
    start_watched();
    EXPECT_TRUE(library_->installed_games().empty());
    int told = 0;
    library_->on_folders_change([&] { ++told; });
    std::filesystem::create_directories(games_ / "doom/local");
    until([this] { return !library_->installed_games().empty(); });
    EXPECT_EQ(library_->installed_games()[0].root, games_ / "doom");
    EXPECT_GT(told, 0);
    std::filesystem::remove_all(games_ / "doom");
    until([this] { return library_->installed_games().empty(); });
}

TEST_F(WatchTest, notices_a_games_folder_that_is_moved_away_and_back)
{
    make_game("doom");
    start_watched();
    const auto content = find("doom")->content;
    std::filesystem::rename(games_, temporary_.path() / "elsewhere");
    until([this] { return condition() == FolderCondition::missing; });
    EXPECT_FALSE(find("doom"));
    ASSERT_EQ(library_->unshared_games().size(), 1U);
    EXPECT_EQ(library_->unshared_games()[0].reason, UnsharedReason::folder_missing);
    EXPECT_EQ(library_->unshared_games()[0].version, version);
    std::filesystem::rename(temporary_.path() / "elsewhere", games_);
    until([this] { return find("doom"); });
    EXPECT_EQ(find("doom")->content, content);
    EXPECT_EQ(condition(), FolderCondition::present);
    EXPECT_TRUE(library_->unshared_games().empty());
}

TEST_F(WatchTest, notices_a_games_folder_that_comes_to_be_with_those_above_it)
{
    const auto deep = temporary_.path() / "media/usb/games";
    start_watched(Options{.games_folders = {deep}});
    EXPECT_EQ(condition(), FolderCondition::missing);
    std::filesystem::create_directories(deep.parent_path());
    settle();
    std::filesystem::create_directory(deep);
    until([this] { return condition() == FolderCondition::present; });
    make_game("doom");
    std::filesystem::rename(games_ / "doom", deep / "doom");
    until([this] { return find("doom"); });
}

TEST_F(WatchTest, looks_at_a_held_game_when_it_is_released)
{
    make_game("doom");
    start_watched();
    const auto before = find("doom");
    auto hold = library_->hold(game_id("doom"));
    write_file(games_ / "doom/readme.txt", "half of an update");
    settle();
    EXPECT_EQ(find("doom"), before);
    hold = {};
    until([&] { return find("doom") && find("doom") != before; });
}

TEST_F(WatchTest, a_withdrawn_game_is_back_once_nobody_holds_it)
{
    make_game("doom");
    start_watched();
    auto hold = library_->hold(game_id("doom"));
    library_->withdraw(game_id("doom"));
    EXPECT_FALSE(find("doom"));
    settle();
    EXPECT_FALSE(find("doom"));
    hold = {};
    until([this] { return find("doom"); });
}

TEST_F(WatchTest, says_that_the_limit_is_reached_and_still_hears_of_the_games_folder)
{
    make_game("doom");
    for (int number = 0; number < 20; ++number) {
        write_file(games_ / fmt::format("doom/folder{}/file", number), "x");
    }
    start_watched(Options{.games_folders = {games_}, .max_watches = 8});
    EXPECT_NE(library_->watch_problem(), "");
    std::filesystem::remove(games_ / "doom/version.ini");
    until([this] { return !find("doom"); });
}

TEST_F(WatchTest, says_nothing_where_all_is_watched)
{
    make_game("doom");
    start_watched();
    EXPECT_EQ(library_->watch_problem(), "");
}

TEST_F(WatchTest, hears_of_many_files_at_once)
{
    start_watched();
    for (int folder = 0; folder < 50; ++folder) {
        for (int number = 0; number < 100; ++number) {
            write_file(games_ / fmt::format("many/{}/{}", folder, number), "x");
        }
    }
    write_file(games_ / "many/version.ini", version);
    until([this] { return find("many"); });
    EXPECT_EQ(find("many")->manifest->files().size(), 5'001U);
    std::filesystem::remove_all(games_ / "many");
    until([this] { return !find("many"); });
}

TEST_F(WatchTest, a_second_copy_takes_over_when_the_first_is_removed)
{
    make_game("doom");
    const auto second = temporary_.path() / "second";
    std::filesystem::copy(games_, second, std::filesystem::copy_options::recursive);
    start_watched(Options{.games_folders = {games_, second}});
    EXPECT_EQ(find("doom")->root, games_ / "doom");
    std::filesystem::remove_all(games_ / "doom");
    until([&] { return find("doom") && find("doom")->root == second / "doom"; });
    settle();
    EXPECT_EQ(problems(), "");
}

TEST_F(WatchTest, can_be_ended_and_begun_again)
{
    make_game("doom");
    start_watched();
    stop();
    start_watched();
    std::filesystem::remove_all(games_ / "doom");
    until([this] { return !find("doom"); });
}

}  // namespace

}  // namespace lanspread::library
