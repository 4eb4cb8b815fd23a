#include "facts/root_facts.h"

#include <fstream>

#include <gtest/gtest.h>

#include "platform/temporary_folder.h"

namespace lanspread::facts {

namespace {

using namespace std::literals;

constexpr auto jpg = "\xff\xd8\xff\xe0picture"sv;

void put(const std::filesystem::path& path, std::string_view text) { std::ofstream(path) << text; }

}  // namespace

TEST(RootFacts, are_none_without_a_game_toml)
{
    const platform::TemporaryFolder root;
    const auto read = read_root_facts(root.path());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_FALSE(*read);
}

TEST(RootFacts, that_cannot_be_read_name_the_line)
{
    const platform::TemporaryFolder root;
    put(root.path() / "game.toml", "title = 'x'\nplayers = []");
    const auto read = read_root_facts(root.path());
    ASSERT_FALSE(read);
    EXPECT_TRUE(read.error().message.contains("line 2")) << read.error().message;
    put(root.path() / "game.toml", "title = 'x'\n#" + std::string(64 * 1024, '.'));
    EXPECT_EQ(read_root_facts(root.path()).error().code, ErrorCode::invalid_input);
}

TEST(RootFacts, have_no_cover_but_a_problem_where_it_is_no_picture)
{
    const platform::TemporaryFolder root;
    put(root.path() / "game.toml", "title = 'x'\ncover = 'cover.jpg'");
    for (const auto text : {"no picture"sv, ""sv}) {
        put(root.path() / "cover.jpg", text);
        const auto read = read_root_facts(root.path()).value();
        EXPECT_EQ(read->facts, wire::GameFacts{.title = "x"});
        EXPECT_TRUE(read->problem.contains("cover.jpg")) << read->problem;
    }
    std::filesystem::remove(root.path() / "cover.jpg");
    EXPECT_FALSE(read_root_facts(root.path()).value()->problem.empty());
}

TEST(RootFacts, follow_no_link_out_of_the_root)
{
    const platform::TemporaryFolder outside;
    const platform::TemporaryFolder root;
    put(outside.path() / "secret.jpg", jpg);
    put(root.path() / "game.toml", "title = 'x'\ncover = 'cover.jpg'");
    std::filesystem::create_symlink(outside.path() / "secret.jpg", root.path() / "cover.jpg");
    EXPECT_FALSE(read_root_facts(root.path()).value()->facts.cover);
    std::filesystem::rename(root.path() / "game.toml", outside.path() / "game.toml");
    std::filesystem::create_symlink(outside.path() / "game.toml", root.path() / "game.toml");
    EXPECT_FALSE(read_root_facts(root.path()));
}

TEST(RootFacts, a_cover_that_has_changed_is_not_given)
{
    const platform::TemporaryFolder root;
    put(root.path() / "game.toml", "title = 'x'\ncover = 'cover.jpg'");
    put(root.path() / "cover.jpg", jpg);
    const auto facts = read_root_facts(root.path()).value();
    ASSERT_TRUE(facts->facts.cover);
    EXPECT_EQ(facts->facts.cover->format, "jpg");
    const auto& cover = *facts->facts.cover;
    EXPECT_EQ(as_text(read_root_cover(root.path(), *facts->cover, cover).value()), jpg);
    put(root.path() / "cover.jpg", std::string(jpg) + "!");
    EXPECT_EQ(read_root_cover(root.path(), *facts->cover, cover).error().code, ErrorCode::unavailable);
    EXPECT_EQ(read_cover(root.path() / "cover.jpg", cover).error().code, ErrorCode::unavailable);
}

}  // namespace lanspread::facts
