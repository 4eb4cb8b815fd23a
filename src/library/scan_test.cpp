#include <algorithm>
#include <chrono>

#include <sys/stat.h>

#include "content/hash.h"
#include "library/fingerprint.h"
#include "library/testing.h"
#include "store/library_index.h"
#include "store/manifests.h"

namespace lanspread::library {

namespace {

/// Zero where there is no such game.
ContentId content_of(const LocalGamePtr& game) { return game ? game->content : ContentId{}; }

TEST_F(LibraryTest, shares_a_game_under_its_folders_name)
{
    make_game("doom");
    start();
    ASSERT_EQ(library_->games().size(), 1U);
    const auto game = find("doom");
    ASSERT_TRUE(game);
    EXPECT_EQ(game->version, version);
    EXPECT_EQ(game->root, games_ / "doom");
    EXPECT_EQ(game->manifest->files().size(), 3U);
    EXPECT_EQ(game->manifest->total_size(), 2'500'013U);
    EXPECT_EQ(library_->find(game->content), game);
    EXPECT_EQ(problems(), "");
}

TEST_F(LibraryTest, hashes_what_lies_on_the_disk)
{
    make_game("doom");
    start();
    const auto game = find("doom");
    ASSERT_TRUE(game);
    const auto large = pattern(2'500'000, 1);
    ASSERT_EQ(game->manifest->chunk_count(), 4U);
    EXPECT_EQ(game->manifest->chunk_hash(0), content::hash_chunk(as_bytes(large).first(1 << 20)));
    EXPECT_EQ(game->manifest->chunk_hash(3), content::hash_chunk(as_bytes("hello20240101")));
}

TEST_F(LibraryTest, shares_nothing_that_has_no_sentinel_at_its_top)
{
    write_file(games_ / "incomplete/data", "x");
    write_file(games_ / "empty/version.ini", "");
    write_file(games_ / "nested/deep/version.ini", version);
    write_file(games_ / "loose", "x");
    start();
    EXPECT_TRUE(library_->games().empty());
    EXPECT_EQ(problems(), "");
}

TEST_F(LibraryTest, never_lists_what_is_the_users_or_ours)
{
    make_game("doom");
    write_file(games_ / "doom/local/save", "x");
    write_file(games_ / "doom/.lanspread/download/part", "x");
    std::filesystem::create_symlink("/etc/passwd", games_ / "doom/local/link");
    start();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->manifest->files().size(), 3U);
}

TEST_F(LibraryTest, notices_a_sentinel_that_was_rewritten_with_the_same_size_and_time)
{
    make_game("doom");
    const auto sentinel = games_ / "doom/version.ini";
    const auto time = std::filesystem::last_write_time(sentinel);
    start();
    write_file(sentinel, "20250202");
    std::filesystem::last_write_time(sentinel, time);
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->version, "20250202");
}

TEST_F(LibraryTest, hashes_again_only_what_changed_and_gets_what_a_fresh_look_gets)
{
    make_game("doom");
    start();
    const auto before = find("doom");
    write_file(games_ / "doom/readme.txt", "other");
    scan();
    const auto after = find("doom");
    ASSERT_TRUE(after);
    EXPECT_NE(after->content, before->content);
    EXPECT_EQ(after->manifest->chunk_hash(0), before->manifest->chunk_hash(0));
    stop();
    std::filesystem::remove(temporary_.path() / "state.db");
    start();
    EXPECT_EQ(content_of(find("doom")), after->content);
}

TEST_F(LibraryTest, knows_an_unchanged_game_after_a_restart_without_reading_it)
{
    make_game("doom");
    start();
    const auto content = find("doom")->content;
    stop();
    // Were it read again, another hash of its first chunk would come out than the one that is planted here.
    {
        auto database = store::Database::open(temporary_.path() / "state.db").value();
        auto indexed = store::LibraryIndex(*database).load_all().value();
        ASSERT_EQ(indexed.size(), 1U);
        const auto manifest =
            content::Manifest::parse(store::Manifests(*database).get(content).value().value()).value();
        std::vector<ChunkHash> hashes(manifest.chunk_count());
        const auto planted =
            content::Manifest::make(manifest.game(), manifest.version(), manifest.files(), hashes).value();
        indexed[0].content = planted.content_id();
        ASSERT_TRUE(store::Manifests(*database).put(planted.content_id(), planted.canonical_bytes()));
        ASSERT_TRUE(store::LibraryIndex(*database).save(indexed[0]));
    }
    start();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->manifest->chunk_hash(0), ChunkHash{});
}

TEST_F(LibraryTest, hashes_again_where_the_manifest_was_lost_or_is_not_the_right_one)
{
    make_game("doom");
    start();
    const auto content = find("doom")->content;
    stop();
    {
        auto database = store::Database::open(temporary_.path() / "state.db").value();
        ASSERT_TRUE(store::Manifests(*database).put(content, as_bytes("rubbish")));
    }
    start();
    EXPECT_EQ(content_of(find("doom")), content);
}

TEST_F(LibraryTest, tells_of_each_change_once)
{
    start();
    EXPECT_TRUE(changes_.empty());
    make_game("doom");
    scan();
    ASSERT_EQ(changes_.size(), 1U);
    EXPECT_EQ(changes_[0].before, nullptr);
    EXPECT_EQ(changes_[0].after, find("doom"));
    const auto rev = library_->rev();
    scan();
    EXPECT_EQ(changes_.size(), 1U);
    EXPECT_EQ(library_->rev(), rev);
    std::filesystem::remove_all(games_ / "doom");
    scan();
    ASSERT_EQ(changes_.size(), 2U);
    EXPECT_EQ(changes_[1].before, changes_[0].after);
    EXPECT_EQ(changes_[1].after, nullptr);
    EXPECT_GT(library_->rev(), rev);
}

TEST_F(LibraryTest, forgets_nothing_when_a_games_folder_is_gone_for_a_while)
{
    make_game("doom");
    start();
    const auto content = find("doom")->content;
    std::filesystem::rename(games_, temporary_.path() / "unmounted");
    scan();
    EXPECT_FALSE(find("doom"));
    EXPECT_NE(problems().find(games_.string()), std::string::npos) << problems();
    std::filesystem::rename(temporary_.path() / "unmounted", games_);
    scan();
    EXPECT_EQ(content_of(find("doom")), content);
    EXPECT_EQ(problems(), "");
}

TEST_F(LibraryTest, refuses_a_link_in_place_of_a_root)
{
    write_file(temporary_.path() / "elsewhere/version.ini", version);
    std::filesystem::create_directory_symlink(temporary_.path() / "elsewhere", games_ / "doom");
    start();
    EXPECT_TRUE(library_->games().empty());
    EXPECT_NE(problems().find("link"), std::string::npos) << problems();
}

TEST_F(LibraryTest, refuses_links_and_pipes_inside_a_root_and_names_them)
{
    make_game("doom");
    make_game("quake");
    std::filesystem::create_symlink("/etc/passwd", games_ / "doom/data/outside");
    ASSERT_EQ(::mkfifo((games_ / "quake/data/pipe").c_str(), 0600), 0);
    start();
    EXPECT_TRUE(library_->games().empty());
    EXPECT_NE(problems().find("data/outside"), std::string::npos) << problems();
    EXPECT_NE(problems().find("data/pipe"), std::string::npos) << problems();
}

TEST_F(LibraryTest, refuses_names_that_other_systems_cannot_hold)
{
    make_game("doom");
    make_game("quake");
    make_game("hexen");
    write_file(games_ / "doom/data/con", "x");
    write_file(games_ / "quake/readme.TXT", "x");
    write_file(games_ / "hexen/bad\xff", "x");
    start();
    EXPECT_TRUE(library_->games().empty());
    EXPECT_NE(problems().find("data/con"), std::string::npos) << problems();
    EXPECT_NE(problems().find("case"), std::string::npos) << problems();
    EXPECT_NE(problems().find("bad\uFFFD"), std::string::npos) << problems();
    std::filesystem::remove(games_ / "doom/data/con");
    scan();
    EXPECT_TRUE(find("doom"));
}

TEST_F(LibraryTest, says_why_a_sentinel_is_no_version)
{
    write_file(games_ / "doom/version.ini", "the newest");
    start();
    EXPECT_TRUE(library_->games().empty());
    EXPECT_NE(problems().find("version.ini"), std::string::npos) << problems();
}

TEST_F(LibraryTest, shares_a_game_that_lies_in_two_folders_once)
{
    make_game("doom");
    const auto second = temporary_.path() / "second";
    std::filesystem::copy(games_, second, std::filesystem::copy_options::recursive);
    start(Options{.games_folders = {games_, second}});
    EXPECT_EQ(library_->games().size(), 1U);
    EXPECT_EQ(find("doom")->root, games_ / "doom");
    EXPECT_NE(problems().find((second / "doom").string()), std::string::npos) << problems();
    std::filesystem::remove_all(games_ / "doom");
    scan();
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->root, second / "doom");
}

TEST_F(LibraryTest, leaves_a_held_game_alone_and_looks_when_it_is_released)
{
    make_game("doom");
    start();
    const auto before = find("doom");
    auto hold = library_->hold(game_id("doom"));
    write_file(games_ / "doom/readme.txt", "half of an update");
    scan();
    EXPECT_EQ(find("doom"), before);
    hold = {};
    testing::run_until(context_, [&] { return find("doom") && find("doom") != before; });
    EXPECT_NE(find("doom")->content, before->content);
}

TEST_F(LibraryTest, takes_in_a_finished_download_without_hashing_it)
{
    start();
    auto hold = library_->hold(game_id("doom"));
    make_game("doom");
    std::vector<content::ManifestFile> files{
        {.path = SafePath::parse("data/large.pak").value(), .size = 2'500'000},
        {.path = SafePath::parse("readme.txt").value(), .size = 5},
        {.path = SafePath::parse("version.ini").value(), .size = 8}};
    // Hashes that hashing would not find.
    const auto manifest = std::make_shared<const content::Manifest>(
        content::Manifest::make(game_id("doom"), std::string(version), files, std::vector<ChunkHash>(4))
            .value());
    ASSERT_TRUE(wait(library_->adopt(games_, manifest)));
    ASSERT_TRUE(find("doom"));
    EXPECT_EQ(find("doom")->content, manifest->content_id());
    ASSERT_EQ(changes_.size(), 1U);
    hold = {};
    scan();
    stop();
    start();
    EXPECT_EQ(content_of(find("doom")), manifest->content_id());
}

TEST_F(LibraryTest, takes_in_a_finished_download_only_once_its_last_change_is_older_than_the_clocks_grain)
{
    make_game("doom");
    start();
    const auto manifest = find("doom")->manifest;
    write_file(games_ / "doom/version.ini", version);  // the same bytes with new times
    ASSERT_TRUE(wait(library_->adopt(games_, manifest)));
    const auto now_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    const auto game = find("doom");
    ASSERT_TRUE(game);
    for (const auto& stat : game->stats) {
        EXPECT_GE(now_ns - stat.ctime_ns, settling_ns);
    }
}

TEST_F(LibraryTest, does_not_adopt_files_that_are_not_the_manifests)
{
    make_game("doom");
    start();
    const auto manifest = find("doom")->manifest;
    write_file(games_ / "doom/stray", "x");
    const auto adopted = wait(library_->adopt(games_, manifest));
    ASSERT_FALSE(adopted);
    EXPECT_NE(adopted.error().message.find("stray"), std::string::npos) << adopted.error().message;
}

TEST_F(LibraryTest, takes_in_twenty_thousand_small_files)
{
    for (int folder = 0; folder < 100; ++folder) {
        const auto path = games_ / fmt::format("many/{}", folder);
        std::filesystem::create_directories(path);
        for (int number = 0; number < 200; ++number) {
            std::ofstream(path / fmt::format("{}", number)) << folder << ' ' << number;
        }
    }
    write_file(games_ / "many/version.ini", version);
    start();
    ASSERT_TRUE(find("many"));
    EXPECT_EQ(find("many")->manifest->files().size(), 20'001U);
    EXPECT_EQ(find("many")->manifest->chunk_count(), 1U);
}

TEST_F(LibraryTest, ends_in_the_middle_of_hashing_when_it_is_cancelled)
{
    write_file(games_ / "doom/large.pak", pattern(60'000'000, 1));
    write_file(games_ / "doom/version.ini", version);
    database_ = store::Database::open(temporary_.path() / "state.db").value();
    library_ =
        std::make_unique<Library>(Pools{.disk = disk_, .hash = hash_, .store = store_, .hash_threads = 2},
                                  *database_, Options{.games_folders = {games_}});
    group_ = std::make_unique<TaskGroup>(context_.get_executor(), CancellationToken());
    group_->spawn(library_->run());
    testing::run_until(context_, [this] { return library_->is_scanning(); });
    stop();
    start();
    EXPECT_TRUE(find("doom"));
}

}  // namespace

}  // namespace lanspread::library
