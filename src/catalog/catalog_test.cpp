#include "catalog/catalog.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "async/testing.h"
#include "catalog/picture.h"
#include "catalog/testing.h"
#include "facts/root_facts.h"
#include "platform/temporary_folder.h"

namespace lanspread::catalog {

using std::chrono::milliseconds;
using testing::eti_schema;
using testing::id_of;
using testing::insert_game;
using testing::run_sql;

namespace {

Bytes picture(std::uint8_t shade)
{
    return *write_png({.width = 2, .height = 1, .rgba = {shade, 0, 0, 255, 0, shade, 0, 255}});
}

void write(const std::filesystem::path& path, ByteSpan bytes)
{
    std::ofstream(path, std::ios::binary) << as_text(bytes);
}

}  // namespace

/// A catalog that is followed while a test goes on.
class FollowedCatalog : public ::testing::Test {
protected:
    ~FollowedCatalog() override { stop(); }

    void follow(Catalog::Options options)
    {
        options.look_interval = milliseconds(10);
        options.unsettled_interval = milliseconds(5);
        options.retry_interval = milliseconds(50);
        catalog.emplace(pool, std::move(options));
        catalog->on_change([this](const std::vector<GameId>& games) {
            for (const auto& game : games) {
                changed.push_back(game.text());
            }
        });
        group.emplace(context.get_executor(), CancellationToken());
        group->spawn(catalog->run());
    }

    /// Follows the catalog `file` with covers in `covers`, which must exist.
    void follow_both()
    {
        std::filesystem::create_directories(covers);
        follow({.file = file, .covers = covers});
    }

    void stop()
    {
        if (group) {
            lanspread::testing::run_to_end(context, end());
            group.reset();
        }
        pool.join();
    }

    Task<void> end()
    {
        group->cancel();
        co_await group->join();
    }

    template <class Condition>
    void wait_until(Condition condition)
    {
        lanspread::testing::run_until(context, condition);
    }

    /// So long that what is read of them counts as certain: nothing but a change makes them be read again.
    void let_files_grow_old() { context.run_for(milliseconds(400)); }

    [[nodiscard]] std::string title(std::string_view id) const
    {
        const auto snapshot = catalog->snapshot();
        const auto* game = snapshot->find(id_of(id));
        return game == nullptr ? "" : game->facts.title;
    }

    /// The size of a game's cover; 0 where it has none.
    [[nodiscard]] std::uint64_t cover_size(std::string_view id) const
    {
        const auto snapshot = catalog->snapshot();
        const auto* cover = snapshot->cover(id_of(id));
        return cover == nullptr ? 0 : cover->ref.size;
    }

    [[nodiscard]] bool has_problem(std::string_view text) const
    {
        return std::ranges::any_of(catalog->status().problems,
                                   [text](const std::string& problem) { return problem.contains(text); });
    }

    void make_db(const std::filesystem::path& path, const std::string& title) const
    {
        run_sql(path, eti_schema + insert_game("quake", title));
    }

    platform::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "game.db";
    std::filesystem::path covers = folder.path() / "pictures";
    asio::io_context context;
    asio::thread_pool pool{2};
    std::vector<std::string> changed;
    std::optional<Catalog> catalog;
    std::optional<TaskGroup> group;
};

TEST_F(FollowedCatalog, is_empty_and_has_no_problem_without_any_file)
{
    follow({.folders = {folder.path()}});
    make_db(folder.path() / "other.db", "Quake");
    context.run_for(milliseconds(100));
    EXPECT_TRUE(catalog->snapshot()->games.empty());
    EXPECT_TRUE(catalog->status().problems.empty());
    EXPECT_TRUE(catalog->status().file.empty());
}

TEST_F(FollowedCatalog, finds_a_game_db_at_the_top_of_a_games_folder)
{
    const auto second = folder.path() / "second";
    std::filesystem::create_directory(second);
    make_db(second / "game.db", "Quake");
    follow({.folders = {folder.path() / "nowhere", second}});
    wait_until([&] { return title("quake") == "Quake"; });
    EXPECT_EQ(catalog->status().file, second / "game.db");
    EXPECT_EQ(changed, (std::vector<std::string>{"quake"}));
}

TEST_F(FollowedCatalog, says_that_the_file_that_was_named_is_missing_and_takes_it_up_when_it_comes)
{
    follow_both();
    wait_until([&] { return has_problem("game.db"); });
    make_db(folder.path() / "new.db", "Quake");
    std::filesystem::rename(folder.path() / "new.db", file);
    wait_until([&] { return title("quake") == "Quake"; });
    EXPECT_TRUE(catalog->status().problems.empty());
}

TEST_F(FollowedCatalog, takes_up_a_file_that_was_replaced)
{
    make_db(file, "Quake");
    follow_both();
    wait_until([&] { return title("quake") == "Quake"; });
    make_db(folder.path() / "new.db", "Doom!");
    std::filesystem::rename(folder.path() / "new.db", file);
    wait_until([&] { return title("quake") == "Doom!"; });
}

TEST_F(FollowedCatalog, takes_up_a_change_of_the_same_size)
{
    make_db(file, "Quake");
    const auto size = std::filesystem::file_size(file);
    follow_both();
    wait_until([&] { return title("quake") == "Quake"; });
    let_files_grow_old();
    const auto time = std::filesystem::last_write_time(file);
    run_sql(file, "UPDATE games SET game_title = 'Doom!';");
    std::filesystem::last_write_time(file, time);
    ASSERT_EQ(std::filesystem::file_size(file), size);
    wait_until([&] { return title("quake") == "Doom!"; });
}

TEST_F(FollowedCatalog, takes_up_what_another_program_has_only_in_its_log)
{
    make_db(file, "Quake");
    follow_both();
    wait_until([&] { return title("quake") == "Quake"; });
    SQLite::Database writer(file.native(), SQLite::OPEN_READWRITE);
    writer.exec("PRAGMA journal_mode = WAL");
    writer.exec("UPDATE games SET game_title = 'Doom!'");
    wait_until([&] { return title("quake") == "Doom!"; });
}

TEST_F(FollowedCatalog, keeps_what_it_read_while_the_file_is_broken_and_takes_up_the_mended_one)
{
    make_db(file, "Quake");
    follow_both();
    wait_until([&] { return title("quake") == "Quake"; });
    write(file, as_bytes("this is no database"));
    wait_until([&] { return has_problem("no SQLite database"); });
    EXPECT_EQ(title("quake"), "Quake");
    EXPECT_TRUE(has_problem("stays in use"));
    std::filesystem::remove(file);
    make_db(file, "Doom");
    wait_until([&] { return title("quake") == "Doom"; });
    EXPECT_TRUE(catalog->status().problems.empty());
}

TEST_F(FollowedCatalog, keeps_what_it_read_of_a_file_that_is_gone)
{
    make_db(file, "Quake");
    follow({.folders = {folder.path()}});
    wait_until([&] { return title("quake") == "Quake"; });
    std::filesystem::remove(file);
    wait_until([&] { return has_problem("not there any more"); });
    EXPECT_EQ(title("quake"), "Quake");
}

TEST_F(FollowedCatalog, reads_a_locked_file_when_its_writer_is_done)
{
    make_db(file, "Quake");
    SQLite::Database writer(file.native(), SQLite::OPEN_READWRITE);
    writer.exec("BEGIN EXCLUSIVE");
    follow_both();
    wait_until([&] { return has_problem("another program is writing it"); });
    writer.exec("COMMIT");
    wait_until([&] { return title("quake") == "Quake"; });
}

TEST_F(FollowedCatalog, says_how_many_entries_are_left_out)
{
    run_sql(file, eti_schema + insert_game("../up", "x") + insert_game("quake", "Quake"));
    follow_both();
    wait_until([&] { return title("quake") == "Quake"; });
    EXPECT_TRUE(has_problem("1 entries are left out"));
    EXPECT_TRUE(has_problem("../up"));
}

TEST_F(FollowedCatalog, gives_games_their_covers)
{
    make_db(file, "Quake");
    follow_both();
    write(covers / "quake.PNG", picture(1));
    write(covers / "own-game.png", picture(2));
    wait_until([&] { return cover_size("own-game") > 0; });
    const auto snapshot = catalog->snapshot();
    ASSERT_TRUE(snapshot->find(id_of("quake"))->facts.cover);
    const auto bytes =
        facts::read_cover(snapshot->cover(id_of("quake"))->path, snapshot->cover(id_of("quake"))->ref);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(*bytes, picture(1));
    EXPECT_EQ(snapshot->find(id_of("quake"))->facts.cover->size, bytes->size());
    EXPECT_EQ(snapshot->find(id_of("quake"))->facts.cover->format, "png");
}

TEST_F(FollowedCatalog, gives_a_game_the_cover_that_is_called_as_it_but_for_case)
{
    make_db(file, "Quake");
    std::filesystem::create_directories(covers);
    write(covers / "QUAKE.png", picture(1));
    follow_both();
    wait_until([&] { return cover_size("quake") > 0; });
}

TEST_F(FollowedCatalog, takes_up_a_cover_that_was_rewritten_with_the_same_size)
{
    make_db(file, "Quake");
    std::filesystem::create_directories(covers);
    write(covers / "quake.png", picture(1));
    follow_both();
    wait_until([&] { return cover_size("quake") > 0; });
    const auto before = catalog->snapshot()->cover(id_of("quake"))->ref.hash;
    ASSERT_EQ(picture(1).size(), picture(2).size());
    write(covers / "quake.png", picture(2));
    wait_until([&] { return catalog->snapshot()->cover(id_of("quake"))->ref.hash != before; });
    EXPECT_EQ(changed.back(), "quake");
}

TEST_F(FollowedCatalog, notices_what_happens_to_one_of_several_covers_that_have_been_there_for_long)
{
    make_db(file, "Quake");
    std::filesystem::create_directories(covers);
    write(covers / "quake.png", picture(1));
    write(covers / "doom.png", picture(1));
    follow_both();
    wait_until([&] { return cover_size("quake") > 0 && cover_size("doom") > 0; });
    let_files_grow_old();
    write(covers / "quake.png", picture(2));
    const auto hash = [&] { return catalog->snapshot()->cover(id_of("quake"))->ref.hash; };
    wait_until([&, before = hash()] { return hash() != before; });
    EXPECT_GT(cover_size("doom"), 0);
}

TEST_F(FollowedCatalog, forgets_a_cover_that_was_deleted)
{
    make_db(file, "Quake");
    std::filesystem::create_directories(covers);
    write(covers / "quake.png", picture(1));
    follow_both();
    wait_until([&] { return cover_size("quake") > 0; });
    std::filesystem::remove(covers / "quake.png");
    wait_until([&] { return cover_size("quake") == 0; });
    EXPECT_FALSE(catalog->snapshot()->find(id_of("quake"))->facts.cover);
}

TEST_F(FollowedCatalog, names_a_cover_that_is_no_picture)
{
    make_db(file, "Quake");
    std::filesystem::create_directories(covers);
    write(covers / "quake.jpg", as_bytes("GIF89a"));
    follow_both();
    wait_until([&] { return has_problem("quake.jpg"); });
    EXPECT_EQ(cover_size("quake"), 0);
}

TEST_F(FollowedCatalog, says_that_the_cover_folder_is_missing)
{
    make_db(file, "Quake");
    follow({.file = file, .covers = folder.path() / "nowhere"});
    wait_until([&] { return has_problem("nowhere"); });
    wait_until([&] { return title("quake") == "Quake"; });
}

TEST_F(FollowedCatalog, looks_for_covers_beside_the_game_db)
{
    make_db(file, "Quake");
    write(folder.path() / "quake.png", picture(1));
    follow({.file = file});
    wait_until([&] { return cover_size("quake") > 0; });
    const auto before = cover_size("quake");
    std::filesystem::create_directory(folder.path() / "covers");
    write(folder.path() / "covers" / "doom.png", picture(2));
    wait_until([&] { return cover_size("doom") > 0; });
    EXPECT_EQ(cover_size("quake"), 0) << "a folder called covers counts alone; before: " << before;
}

TEST(CoverFolder, prefers_jpg_and_leaves_out_links_and_what_is_no_id)
{
    const platform::TemporaryFolder folder;
    for (const auto* name : {"a.png", "a.jpeg", "a.JPG", "b.PNG", "b.jpg", "con.png", "c.gif", ".png", "d"}) {
        write(folder.path() / name, picture(1));
    }
    std::filesystem::create_symlink("/etc/passwd", folder.path() / "link.png");
    const auto covers = list_covers(folder.path());
    ASSERT_TRUE(covers);
    ASSERT_EQ(covers->size(), 2);
    EXPECT_EQ((*covers)[0].name, "a.JPG");
    EXPECT_EQ((*covers)[1].name, "b.jpg");
}

TEST(CoverFolder, refuses_a_file_that_is_larger_than_a_cover_may_be)
{
    const platform::TemporaryFolder folder;
    write(folder.path() / "a.png", picture(1));
    std::filesystem::resize_file(folder.path() / "a.png", wire::max_cover_size + 1);
    EXPECT_FALSE(identify_cover(folder.path(), list_covers(folder.path())->front()));
}

}  // namespace lanspread::catalog
