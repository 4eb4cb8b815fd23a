#include "facts/packing.h"

#include <sys/stat.h>

#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "facts/root_facts.h"
#include "platform/files.h"
#include "platform/temporary_folder.h"

namespace lanspread::facts {

namespace {

namespace fs = std::filesystem;
using namespace std::literals;

constexpr auto png = "\x89PNG\r\n\x1a\npicture"sv;

void put(const fs::path& path, std::string_view text, bool is_executable = false)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    if (is_executable) {
        fs::permissions(path, fs::perms::owner_exec, fs::perm_options::add);
    }
}

std::string text_of(const fs::path& path)
{
    const auto bytes = platform::read_file(path, 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : "(" + bytes.error().message + ")";
}

/// Names and contents of all files in a folder; programs have a star.
std::map<std::string, std::string> tree(const fs::path& folder)
{
    std::map<std::string, std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            const bool is_program = (entry.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
            result[entry.path().lexically_relative(folder).string() + (is_program ? "*" : "")] =
                text_of(entry.path());
        }
    }
    return result;
}

class Pack : public testing::Test {
protected:
    Pack()
    {
        put(source() / "data/map", "the map");
        put(source() / "doom", "#!/bin/sh", true);
    }

    [[nodiscard]] fs::path source() const { return temporary_.path() / "source"; }
    [[nodiscard]] fs::path games() const { return temporary_.path() / "games"; }
    [[nodiscard]] fs::path root() const { return games() / "doom"; }

    [[nodiscard]] PackOptions options() const
    {
        return {.folder = source(),
                .games_folder = games(),
                .id = GameId::parse("doom").value(),
                .today = "20240131",
                .title = "Doom"};
    }

    [[nodiscard]] static testing::AssertionResult is_refused(const PackOptions& options, ErrorCode code,
                                                             std::string_view reason)
    {
        const auto packed = pack(options);
        if (packed) {
            return testing::AssertionFailure() << "packed";
        }
        return packed.error().code == code && packed.error().message.contains(reason)
                   ? testing::AssertionSuccess()
                   : testing::AssertionFailure()
                         << to_string(packed.error().code) << ": " << packed.error().message;
    }

    platform::TemporaryFolder temporary_;
};

}  // namespace

TEST_F(Pack, makes_a_game_root_of_a_folder)
{
    auto all = options();
    all.players = "2-16";
    all.genre = "Shooter";
    all.start = {{.platform = "linux", .kind = "game", .command = "doom --lan"}};
    all.keeps = {"saves"};
    put(temporary_.path() / "picture.png", png);
    all.cover = temporary_.path() / "picture.png";
    const auto packed = pack(all);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(packed->root, fs::canonical(root()));
    EXPECT_EQ(packed->version, "20240131");
    EXPECT_TRUE(packed->is_new);
    auto files = tree(root());
    EXPECT_EQ(packed->files, files.size());
    EXPECT_EQ(files.at("version.ini"), "20240131\n");
    EXPECT_EQ(files.at("data/map"), "the map");
    EXPECT_EQ(files.at("doom*"), "#!/bin/sh");
    EXPECT_EQ(files.at("cover.png"), png);

    const auto read = read_root_facts(root());
    ASSERT_TRUE(read && *read) << read.error().message;
    const auto& facts = (*read)->facts;
    EXPECT_EQ(facts.title, "Doom");
    EXPECT_EQ(facts.players, "2-16");
    EXPECT_EQ(facts.max_players, 16U);
    EXPECT_EQ(facts.genre.en, "Shooter");
    EXPECT_EQ(facts.start, all.start);
    EXPECT_EQ(facts.keeps, all.keeps);
    ASSERT_TRUE(facts.cover);
    EXPECT_EQ(as_text(read_root_cover(root(), *(*read)->cover, *facts.cover).value()), png);
}

TEST_F(Pack, leaves_nothing_else_behind)
{
    ASSERT_TRUE(pack(options()));
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(games())) {
        names.push_back(entry.path().filename());
    }
    EXPECT_EQ(names, (std::vector<fs::path>{"doom"}));
    EXPECT_EQ(tree(source()).size(), 2U) << "the folder itself is left alone";
}

TEST_F(Pack, takes_files_from_elsewhere_also_in_place_of_others)
{
    put(temporary_.path() / "bin/doom2", "program", true);
    auto with = options();
    with.added = {{.from = temporary_.path() / "bin/doom2", .path = SafePath::parse("bin/doom2").value()},
                  {.from = temporary_.path() / "bin/doom2", .path = SafePath::parse("data/map").value()}};
    with.start = {{.platform = "linux", .kind = "game", .command = "bin/doom2"}};
    const auto packed = pack(with);
    ASSERT_TRUE(packed) << packed.error().message;
    const auto files = tree(root());
    EXPECT_EQ(files.at("bin/doom2*"), "program");
    EXPECT_EQ(files.at("data/map*"), "program");
}

TEST_F(Pack, keeps_what_the_folder_says_of_itself)
{
    put(source() / "game.toml",
        "title = 'Old'\npublisher = 'id'\ncover = 'art.png'\nkeeps = ['a']\n[start.linux]\ngame = 'doom'\n");
    put(source() / "art.png", png);
    put(source() / "version.ini", "19930101\n");
    auto less = options();
    less.title = std::nullopt;
    less.keeps = {"a", "b"};
    less.start = {{.platform = "linux", .kind = "server", .command = "doom --serve"}};
    const auto packed = pack(less);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(packed->title, "Old");
    EXPECT_EQ(packed->version, "20240131");
    const auto facts = read_root_facts(root()).value()->facts;
    EXPECT_EQ(facts.publisher, "id");
    EXPECT_EQ(facts.keeps, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(facts.start.size(), 2U);
    EXPECT_TRUE(facts.cover);
}

TEST_F(Pack, again_with_the_same_content_changes_nothing)
{
    ASSERT_TRUE(pack(options()));
    const auto before = fs::last_write_time(root() / "version.ini");
    const auto again = pack(options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_FALSE(again->is_new);
    EXPECT_EQ(again->version, "20240131");
    EXPECT_EQ(fs::last_write_time(root() / "version.ini"), before);
}

TEST_F(Pack, again_with_other_content_makes_a_newer_version)
{
    ASSERT_TRUE(pack(options()));
    put(root() / "local/save", "the user's");
    put(source() / "data/map", "the MAP");  // of the same size
    const auto second = pack(options());
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_TRUE(second->is_new);
    EXPECT_EQ(second->version, "20240132");
    EXPECT_EQ(text_of(root() / "data/map"), "the MAP");
    EXPECT_EQ(text_of(root() / "local/save"), "the user's") << "what is installed stays";

    fs::remove(source() / "data/map");
    auto later = options();
    later.today = "20240301";
    EXPECT_EQ(pack(later)->version, "20240301");
    EXPECT_FALSE(fs::exists(root() / "data"));
    later.version = "20240301";
    put(source() / "new", "x");
    EXPECT_TRUE(is_refused(later, ErrorCode::exists, "not newer"));
}

TEST_F(Pack, again_leaves_what_the_player_wrote)
{
    auto keeping = options();
    keeping.keeps = {"saves", "data/config"};
    ASSERT_TRUE(pack(keeping));
    put(root() / "saves/1", "a save");
    put(root() / "data/config/x", "a setting");
    EXPECT_FALSE(pack(keeping)->is_new) << "that is no other package";
    put(source() / "data/map", "another map");
    const auto again = pack(keeping);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->is_new);
    EXPECT_EQ(text_of(root() / "saves/1"), "a save");
    EXPECT_EQ(text_of(root() / "data/config/x"), "a setting");
    EXPECT_EQ(text_of(root() / "data/map"), "another map");
}

TEST_F(Pack, refuses_to_put_a_file_where_the_player_has_a_folder)
{
    auto keeping = options();
    keeping.keeps = {"saves"};
    ASSERT_TRUE(pack(keeping));
    put(root() / "saves/1", "a save");
    put(source() / "saves", "a file");
    EXPECT_TRUE(is_refused(keeping, ErrorCode::refused, "in the way"));
    EXPECT_EQ(text_of(root() / "version.ini"), "20240131\n");
    EXPECT_EQ(text_of(root() / "saves/1"), "a save");
}

TEST_F(Pack, in_place_that_fails_leaves_all_as_it_was)
{
    fs::create_directories(games());
    fs::rename(source(), root());
    put(root() / "version.ini", "20200101");
    put(temporary_.path() / "good", "good");
    auto here = options();
    here.folder = root();
    // The second one is a device by the time at which it is copied: it has a size, and no bytes come of it.
    here.added = {{.from = temporary_.path() / "good", .path = SafePath::parse("data/map").value()},
                  {.from = "/proc/self/mem", .path = SafePath::parse("more").value()}};
    EXPECT_FALSE(pack(here));
    EXPECT_EQ(text_of(root() / "data/map"), "the map");
    EXPECT_EQ(text_of(root() / "version.ini"), "20200101");
    EXPECT_FALSE(fs::exists(games() / ".doom.packing"));
}

TEST_F(Pack, repeats_what_was_interrupted)
{
    ASSERT_TRUE(pack(options()));
    // As a crash leaves it: the old sentinel gone, half of the new files there, the rest in the hidden
    // folder.
    fs::create_directories(root() / ".lanspread");
    fs::rename(root() / "version.ini", root() / ".lanspread/replaced-version.ini");
    fs::create_directories(games() / ".doom.packing/data");
    fs::rename(root() / "data/map", games() / ".doom.packing/data/map");
    const auto again = pack(options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->is_new);
    EXPECT_EQ(again->version, "20240132") << "others may have the one before with other bytes";
    EXPECT_EQ(text_of(root() / "data/map"), "the map");
    EXPECT_FALSE(fs::exists(root() / ".lanspread"));
    EXPECT_FALSE(fs::exists(games() / ".doom.packing"));
}

TEST_F(Pack, does_not_replace_another_game)
{
    put(root() / "version.ini", "20200101");
    put(root() / "doom.eti", "archive");
    EXPECT_TRUE(is_refused(options(), ErrorCode::exists, "not made by `lanspread pack`"));
    put(root() / "game.toml", "title = 'Doom II'");
    EXPECT_TRUE(is_refused(options(), ErrorCode::exists, "with the title 'Doom II'"));
    EXPECT_EQ(tree(root()).size(), 3U);
    put(root() / "game.toml", "title = 'Doom'");
    put(root() / "odd:name", "x");
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "odd:name")) << "before anything is touched";
    EXPECT_EQ(tree(root()).size(), 4U);
}

TEST_F(Pack, completes_a_folder_that_lies_in_the_games_folder)
{
    fs::create_directories(games());
    fs::rename(source(), root());
    put(root() / "local/save", "the user's");
    auto here = options();
    here.folder = root();
    put(temporary_.path() / "picture.png", png);
    here.cover = temporary_.path() / "picture.png";
    const auto packed = pack(here);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_TRUE(packed->is_in_place);
    const auto files = tree(root());
    EXPECT_EQ(files.at("version.ini"), "20240131\n");
    EXPECT_EQ(files.at("cover.png"), png);
    EXPECT_EQ(files.at("local/save"), "the user's");
    EXPECT_EQ(files.size(), 6U);
    EXPECT_EQ(pack(here)->version, "20240132") << "its files may have changed meanwhile";

    fs::rename(root(), games() / "other");
    here.folder = games() / "other";
    EXPECT_TRUE(is_refused(here, ErrorCode::invalid_input, "rename it to 'doom'"));
}

TEST_F(Pack, in_place_does_not_lose_a_file_that_is_added_to_itself)
{
    fs::create_directories(games());
    fs::rename(source(), root());
    auto here = options();
    here.folder = root();
    here.added = {{.from = root() / "data/map", .path = SafePath::parse("data/map").value()}};
    ASSERT_TRUE(pack(here));
    EXPECT_EQ(text_of(root() / "data/map"), "the map");
}

TEST_F(Pack, copies_what_links_inside_point_to)
{
    fs::create_symlink("data/map", source() / "link");
    fs::create_directory_symlink("data", source() / "folder");
    const auto packed = pack(options());
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(text_of(root() / "link"), "the map");
    EXPECT_EQ(text_of(root() / "folder/map"), "the map");
    EXPECT_FALSE(fs::is_symlink(root() / "link"));
}

TEST_F(Pack, refuses_links_that_lead_out_in_a_circle_or_nowhere)
{
    put(temporary_.path() / "secret", "x");
    for (const auto* target : {"../secret", "nothing", ".", "data/.."}) {
        fs::create_symlink(target, source() / "link");
        EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "link")) << target;
        fs::remove(source() / "link");
    }
    fs::create_symlink("../secret", source() / "link");
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "secret=link'"));
    auto with = options();
    with.added = {{.from = temporary_.path() / "secret", .path = SafePath::parse("link").value()}};
    EXPECT_TRUE(pack(with)) << "what it says to do helps";

    fs::remove_all(root());
    auto all = options();
    all.follows_links = true;
    ASSERT_TRUE(pack(all));
    EXPECT_EQ(text_of(root() / "link"), "x");
    fs::create_directory_symlink("../..", source() / "above");
    EXPECT_TRUE(is_refused(all, ErrorCode::refused, "a folder that it lies in"));
}

TEST_F(Pack, refuses_what_no_package_can_hold)
{
    ASSERT_EQ(::mkfifo((source() / "pipe").c_str(), 0600), 0);
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "pipe"));
    fs::remove(source() / "pipe");
    for (const auto* name : {"aux.txt", "a:b", "end.", "\xff"}) {
        put(source() / name, "x");
        EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "other systems cannot hold that name"))
            << mend_utf8(name);
        fs::remove(source() / name);
    }
    put(source() / "DATA/map", "x");
    EXPECT_TRUE(is_refused(options(), ErrorCode::invalid_input, "map"));
    fs::remove_all(source() / "DATA");
    put(source() / "local/x", "x");
    EXPECT_TRUE(is_refused(options(), ErrorCode::refused, "local"));
}

TEST_F(Pack, refuses_a_folder_that_is_empty_missing_or_around_the_games_folder)
{
    fs::create_directories(temporary_.path() / "empty/folder");
    auto wrong = options();
    wrong.folder = temporary_.path() / "empty";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "no file in it"));
    wrong.folder = temporary_.path() / "missing";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::not_found, "missing"));
    wrong.folder = temporary_.path();
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "the games folder"));
    EXPECT_FALSE(fs::exists(root()));
}

TEST_F(Pack, refuses_a_start_command_without_its_program)
{
    auto wrong = options();
    wrong.start = {{.platform = "linux", .kind = "game", .command = "missing --lan"}};
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "there is no 'missing'"));
    wrong.start = {{.platform = "linux", .kind = "game", .command = "data/map"}};
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "not executable"));
    wrong.start = {{.platform = "windows", .kind = "game", .command = "data/map"}};
    EXPECT_TRUE(pack(wrong));
}

TEST_F(Pack, refuses_a_description_that_breaks_the_rules)
{
    auto wrong = options();
    wrong.title = std::nullopt;
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "--title"));
    wrong.title = "\x1b[2J";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "title"));
    wrong = options();
    wrong.version = "1.0";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "8 digits"));
    wrong = options();
    wrong.cover = source() / "doom";
    EXPECT_TRUE(is_refused(wrong, ErrorCode::invalid_input, "no JPEG or PNG"));
    put(source() / "game.toml", "title = 'x'\nplayers = []\n");
    EXPECT_TRUE(is_refused(options(), ErrorCode::invalid_input, "line 2"));
}

TEST_F(Pack, takes_a_cover_of_the_folder_as_it_is)
{
    put(source() / "art/box.png", png);
    auto with = options();
    with.cover = source() / "art/box.png";
    ASSERT_TRUE(pack(with));
    EXPECT_FALSE(fs::exists(root() / "cover.png"));
    EXPECT_TRUE(read_root_facts(root()).value()->facts.cover);

    put(source() / "cover.png", "the game's own");
    put(temporary_.path() / "picture.png", png);
    with.cover = temporary_.path() / "picture.png";
    EXPECT_TRUE(is_refused(with, ErrorCode::exists, "cover.png of its own"));
}

TEST(NextVersion, is_today_or_the_one_after_what_is_there)
{
    EXPECT_EQ(next_version("20240131", "20231231"), "20240131");
    EXPECT_EQ(next_version("20240131", "20240131"), "20240132");
    EXPECT_EQ(next_version("20240131", "20250101"), "20250102");
    EXPECT_EQ(next_version("20240131", "99999999"), std::nullopt);
}

}  // namespace lanspread::facts
