#include <unistd.h>

#include "library/testing.h"
#include "store/library_index.h"
#include "store/manifests.h"

/// Several games folders, and the states that they may be in.
namespace lanspread::library {

namespace {

class FoldersTest : public LibraryTest {
protected:
    [[nodiscard]] FolderState state(std::size_t index = 0) const { return library_->folders().at(index); }

    /// Plants hashes that no reading would come to: as long as a game has them, it was not hashed again.
    void plant(std::string_view id)
    {
        stop();
        auto database = store::Database::open(temporary_.path() / "state.db").value();
        for (auto indexed : store::LibraryIndex(*database).load_all().value()) {
            if (indexed.game.text() != id) {
                continue;
            }
            const auto bytes = store::Manifests(*database).get(indexed.content).value().value();
            const auto manifest = content::Manifest::parse(bytes).value();
            const auto planted =
                content::Manifest::make(manifest.game(), manifest.version(), manifest.files(),
                                        std::vector<ChunkHash>(manifest.chunk_count()))
                    .value();
            indexed.content = planted.content_id();
            ASSERT_TRUE(store::Manifests(*database).put(planted.content_id(), planted.canonical_bytes()));
            ASSERT_TRUE(store::LibraryIndex(*database).save(indexed));
        }
    }

    /// Starts with two folders, of which the first has a game with planted hashes.
    void start_with_planted_hashes(std::string_view id)
    {
        make_game(id);
        std::filesystem::create_directory(second_);
        const Options options{.games_folders = {games_, second_}};
        start(options);
        plant(id);
        start(options);
        ASSERT_TRUE(has_planted_hashes(id));
    }

    [[nodiscard]] bool has_planted_hashes(std::string_view id) const
    {
        const auto game = find(id);
        return game && game->manifest->chunk_hash(0) == ChunkHash{};
    }

    std::filesystem::path second_ = temporary_.path() / "second";
};

TEST_F(FoldersTest, are_shown_with_their_games_and_room)
{
    make_game("doom");
    std::filesystem::create_directory(second_);
    start(Options{.games_folders = {games_, second_}});
    ASSERT_EQ(library_->folders().size(), 2U);
    EXPECT_EQ(state(0).condition, FolderCondition::present);
    EXPECT_EQ(state(0).path, games_);
    EXPECT_EQ(state(0).games, 1U);
    EXPECT_EQ(state(1).games, 0U);
    EXPECT_GT(state(0).free, 0U);
    EXPECT_EQ(state(0).text, "");
}

TEST_F(FoldersTest, that_are_missing_are_said_to_be_so)
{
    start(Options{.games_folders = {second_, games_}});
    EXPECT_EQ(state(0).condition, FolderCondition::missing);
    EXPECT_NE(state(0).text, "");
    EXPECT_EQ(state(1).condition, FolderCondition::present);
    EXPECT_NE(problems().find(second_.string()), std::string::npos);
}

TEST_F(FoldersTest, that_are_files_are_said_to_be_so)
{
    write_file(second_, "x");
    start(Options{.games_folders = {second_}});
    EXPECT_EQ(state().condition, FolderCondition::not_a_folder);
}

TEST_F(FoldersTest, that_may_not_be_read_are_said_to_be_so)
{
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may read everything";
    }
    std::filesystem::permissions(games_, std::filesystem::perms::none);
    start();
    EXPECT_EQ(state().condition, FolderCondition::no_rights);
    std::filesystem::permissions(games_, std::filesystem::perms::owner_all);
}

TEST_F(FoldersTest, knows_a_game_that_was_moved_from_one_to_the_other)
{
    start_with_planted_hashes("doom");
    std::filesystem::rename(games_ / "doom", second_ / "doom");
    scan();
    EXPECT_TRUE(has_planted_hashes("doom")) << "it was hashed again";
    EXPECT_EQ(find("doom")->root, second_ / "doom");
}

TEST_F(FoldersTest, a_copy_in_the_other_is_hashed_for_its_times_prove_nothing)
{
    start_with_planted_hashes("doom");
    std::filesystem::copy(games_ / "doom", second_ / "doom", std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(games_ / "doom");
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_FALSE(has_planted_hashes("doom"));
}

TEST_F(FoldersTest, lose_their_damage_note_no_more_than_their_hashes)
{
    make_game("doom");
    start();
    write_file(games_ / "doom/readme.txt", "jello");
    EXPECT_FALSE(wait(library_->verify(game_id("doom")))->is_good());
    std::filesystem::rename(games_, second_);
    scan();
    ASSERT_EQ(library_->unshared_games().size(), 1U);
    EXPECT_EQ(library_->unshared_games()[0].reason, UnsharedReason::folder_missing);
    std::filesystem::rename(second_, games_);
    scan();
    EXPECT_FALSE(find("doom"));
    ASSERT_EQ(library_->unshared_games().size(), 1U);
    EXPECT_EQ(library_->unshared_games()[0].reason, UnsharedReason::damaged);
}

TEST_F(FoldersTest, what_is_installed_only_is_shown)
{
    make_game("doom");
    std::filesystem::create_directories(games_ / "doom/local");
    std::filesystem::create_directories(games_ / "quake/local");
    write_file(games_ / "hexen/local", "no folder");
    start();
    EXPECT_TRUE(find("doom")->installed);
    ASSERT_EQ(library_->installed_games().size(), 1U);
    EXPECT_EQ(library_->installed_games()[0].id, game_id("quake"));
}

TEST_F(FoldersTest, a_game_that_was_removed_for_good_is_forgotten)
{
    make_game("doom");
    start();
    std::filesystem::remove_all(games_ / "doom");
    wait(library_->forget(games_ / "doom"));
    EXPECT_FALSE(find("doom"));
    EXPECT_TRUE(store::LibraryIndex(*database_).load_all()->empty());
}

TEST_F(FoldersTest, what_was_not_seen_for_long_is_dropped_from_the_index_and_what_is_there_is_not)
{
    make_game("doom");
    make_game("quake");
    start();
    std::filesystem::remove_all(games_ / "quake");
    stop();
    {
        auto database = store::Database::open(temporary_.path() / "state.db").value();
        for (auto indexed : store::LibraryIndex(*database).load_all().value()) {
            indexed.seen_ms = 1'000;  // 1970
            ASSERT_TRUE(store::LibraryIndex(*database).save(indexed));
        }
    }
    start();
    const auto rows = store::LibraryIndex(*database_).load_all().value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].game, game_id("doom"));
    EXPECT_GT(rows[0].seen_ms, 1'000'000);
}

}  // namespace

}  // namespace lanspread::library
