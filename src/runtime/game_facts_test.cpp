#include "runtime/game_facts.h"

#include <fstream>

#include <gtest/gtest.h>
#include <boost/asio/thread_pool.hpp>

#include "facts/encoded_facts.h"
#include "party/testing.h"
#include "platform/temporary_folder.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

using namespace std::literals;
using party::testing::Lan;
using party::testing::Peer;
using party::testing::soon;
using Then = transport::Stream::Then;

constexpr auto picture = "\xff\xd8\xff\xe0picture"sv;

void put(const std::filesystem::path& path, std::string_view text) { std::ofstream(path) << text; }

GameId game(std::string_view name) { return GameId::parse(name).value(); }

/// A game root as the library would show it.
library::LocalGamePtr local_game(const std::filesystem::path& root, const GameId& id, std::uint8_t number,
                                 bool has_game_toml)
{
    std::vector<content::ManifestFile> files{{.path = SafePath::parse("version.ini").value(), .size = 9}};
    if (has_game_toml) {
        files.push_back({.path = SafePath::parse("game.toml").value()});
        files.push_back({.path = SafePath::parse("cover.jpg").value()});
    }
    auto manifest = content::Manifest::make(id, "20240101", std::move(files), {ChunkHash{}}).value();
    library::LocalGame local{.id = id, .version = "20240101", .root = root};
    local.content.bytes[0] = std::byte(number);
    local.manifest = std::make_shared<const content::Manifest>(std::move(manifest));
    return std::make_shared<const library::LocalGame>(std::move(local));
}

wire::GameEntry entry_of(const library::LocalGame& local)
{
    return {.game = local.id, .version = local.version, .content = local.content};
}

/// A peer of the party with what it knows of games.
class Knower {
public:
    Knower(Lan& lan, Peer& peer)
        : lan_(lan),
          peer_(peer),
          facts({.party = *peer.party,
                 .find_local =
                     [this](const GameId& id) {
                         const auto found = games_.find(id);
                         return found == games_.end() ? nullptr : found->second;
                     },
                 .disk_pool = pool_})
    {
        peer.tell = [this](PeerId from, transport::Stream stream, party::FactsRequest request) {
            return facts.tell(from, std::move(stream), request);
        };
        facts.on_change([this](const std::vector<GameId>& changed) {
            for (const auto& id : changed) {
                announce(id);
            }
        });
        group_.emplace(lan.executor(), CancellationToken());
        group_->spawn(facts.run());
    }

    ~Knower()
    {
        group_->cancel();
        lan_.until([this] { return group_->running() == 0; });
        lan_.kill(peer_);  // its party would ask what is gone
    }

    void add(const library::LocalGamePtr& local)
    {
        games_[local->id] = local;
        facts.library_changed({.before = nullptr, .after = local});
        announce(local->id);
    }

    void remove(const GameId& id)
    {
        const auto local = games_.at(id);
        games_.erase(id);
        facts.library_changed({.before = local, .after = nullptr});
        peer_.party->set_library({}, {local->content});
    }

    void announce(const GameId& id)
    {
        if (const auto found = games_.find(id); found != games_.end()) {
            auto entry = entry_of(*found->second);
            entry.facts = facts.told(id);
            peer_.party->set_library({entry}, {});
        }
    }

    [[nodiscard]] std::string title(const GameId& id) const
    {
        const auto known = facts.known(id);
        return known.facts == nullptr ? "" : known.facts->title;
    }

private:
    Lan& lan_;
    Peer& peer_;
    asio::thread_pool pool_{2};
    std::map<GameId, library::LocalGamePtr> games_;
    std::optional<TaskGroup> group_;

public:
    GameFacts facts;
};

/// Alice knows; bob, whom the tests move, tells.
class GameFactsTest : public ::testing::Test {
protected:
    void connect()
    {
        ASSERT_TRUE(lan.connect(bob, alice));
        alice_knows.facts.peer_joined(bob.id());
    }

    void take_news()
    {
        const auto* library = alice.party->library(bob.id());
        if (library != nullptr) {
            alice_knows.facts.peer_changed(bob.id(), {doom});
        }
    }

    /// Bob tells that of doom; `tell` answers for it.
    void bob_tells(const wire::FactsHash& hash)
    {
        auto entry = entry_of(*local_game({}, doom, 1, false));
        entry.facts = hash;
        bob.party->set_library({entry}, {});
    }

    void answer_with(Bytes bytes, std::optional<std::uint64_t> size = std::nullopt)
    {
        bob.tell = [this, bytes, size](PeerId, transport::Stream stream, party::FactsRequest) {
            ++asked;
            return send(std::move(stream), bytes, size.value_or(bytes.size()));
        };
    }

    static Task<void> send(transport::Stream stream, Bytes bytes, std::uint64_t size)
    {
        const auto head = wire::encode(wire::Data{size}).value();
        if (co_await stream.write_frame(head, soon())) {
            (void)co_await stream.write(std::move(bytes), soon(), Then::finish);
        }
    }

    static Bytes bytes_of(std::string_view text)
    {
        const auto bytes = as_bytes(text);
        return {bytes.begin(), bytes.end()};
    }

    Lan lan;
    Peer& alice = lan.start("alice");
    Peer& bob = lan.start("bob");
    Knower alice_knows{lan, alice};
    GameId doom = game("doom");
    std::size_t asked = 0;
};

}  // namespace

TEST_F(GameFactsTest, of_a_game_toml_are_told_to_a_peer_without_any_with_the_cover)
{
    const platform::TemporaryFolder root;
    put(root.path() / "game.toml",
        "title = 'Doom'\nplayers = 4\ncover = 'cover.jpg'\n[start.linux]\ngame = 'x.sh'");
    put(root.path() / "cover.jpg", picture);
    {
        Knower bob_knows(lan, bob);
        bob_knows.add(local_game(root.path(), doom, 1, true));
        lan.until([&] { return bob_knows.title(doom) == "Doom"; });
        connect();
        lan.until([&] { return alice_knows.title(doom) == "Doom"; });
        const auto known = alice_knows.facts.known(doom);
        EXPECT_EQ(known.from, "peers");
        EXPECT_EQ(known.facts->max_players, 4U);
        EXPECT_EQ(known.facts->start.at(0).command, "x.sh");
        const auto cover = lan.result_of(alice_knows.facts.cover_bytes(doom));
        ASSERT_TRUE(cover) << cover.error().message;
        EXPECT_EQ(as_text(*cover), picture);

        put(root.path() / "cover.jpg", "\xff\xd8\xff other");
        EXPECT_FALSE(lan.result_of(alice_knows.facts.cover_bytes(doom))) << "it is not what was told of";
        EXPECT_TRUE(alice.party->is_connected(bob.id())) << "and nobody sent wrong bytes";

        bob_knows.remove(doom);
        lan.until([&] { return alice.party->library(bob.id())->find(doom).empty(); });
        take_news();
        EXPECT_EQ(alice_knows.title(doom), "");
    }
}

TEST_F(GameFactsTest, of_our_own_game_toml_count_more_than_the_catalog_and_that_more_than_others)
{
    const auto told = facts::encode_facts({.title = "bob's"}).value();
    bob_tells(told.hash);
    answer_with(bytes_of(told.text));
    connect();
    lan.until([&] { return alice_knows.title(doom) == "bob's"; });

    auto catalog = std::make_shared<catalog::CatalogSnapshot>();
    catalog->games[doom] = {.id = doom, .facts = {.title = "the catalog's"}, .version = {}};
    alice_knows.facts.catalog_changed(catalog, {doom});
    EXPECT_EQ(alice_knows.title(doom), "the catalog's");
    EXPECT_EQ(alice_knows.facts.known(doom).from, "catalog");

    const platform::TemporaryFolder root;
    put(root.path() / "game.toml", "title = \"the root's\"");
    alice_knows.add(local_game(root.path(), doom, 1, true));
    lan.until([&] { return alice_knows.title(doom) == "the root's"; });
    EXPECT_EQ(alice_knows.facts.known(doom).from, "game.toml");

    alice_knows.remove(doom);
    EXPECT_EQ(alice_knows.title(doom), "the catalog's");
    alice_knows.facts.catalog_changed(std::make_shared<catalog::CatalogSnapshot>(), {doom});
    EXPECT_EQ(alice_knows.title(doom), "bob's");
}

TEST_F(GameFactsTest, of_a_broken_game_toml_are_a_problem_that_names_the_line)
{
    const platform::TemporaryFolder root;
    put(root.path() / "game.toml", "title = 'Doom'\nplayers = []");
    alice_knows.add(local_game(root.path(), doom, 1, true));
    lan.until([&] { return !alice_knows.facts.problems().empty(); });
    const auto problem = alice_knows.facts.problems().at(0);
    EXPECT_TRUE(problem.contains("game.toml") && problem.contains("line 2")) << problem;
    EXPECT_EQ(alice_knows.facts.told(doom), std::nullopt);
    alice_knows.remove(doom);
    EXPECT_TRUE(alice_knows.facts.problems().empty());
}

TEST_F(GameFactsTest, have_no_cover_that_is_not_of_the_package)
{
    const platform::TemporaryFolder root;
    put(root.path() / "game.toml", "title = 'Doom'\ncover = 'secret.jpg'");
    put(root.path() / "secret.jpg", picture);
    alice_knows.add(local_game(root.path(), doom, 1, true));
    lan.until([&] { return alice_knows.title(doom) == "Doom"; });
    EXPECT_FALSE(alice_knows.facts.known(doom).facts->cover);
    connect();
    const wire::GetCover request{facts::hash_cover(as_bytes(picture))};
    EXPECT_FALSE(lan.result_of(bob.party->request_data(alice.id(), request, soon())));
}

TEST_F(GameFactsTest, with_another_hash_get_their_sender_banned)
{
    bob_tells(facts::encode_facts({.title = "Doom"}).value().hash);
    answer_with(bytes_of(facts::encode_facts({.title = "Doomed"}).value().text));
    connect();
    lan.until([&] { return !alice.party->is_connected(bob.id()); });
    EXPECT_EQ(alice_knows.title(doom), "");
    EXPECT_TRUE(alice.events.back().contains("banned")) << alice.events.back();
}

TEST_F(GameFactsTest, that_are_too_large_get_their_sender_banned_before_they_are_read)
{
    bob_tells(facts::encode_facts({.title = "Doom"}).value().hash);
    answer_with({}, std::uint64_t{1} << 40);
    connect();
    lan.until([&] { return !alice.party->is_connected(bob.id()); });
}

TEST_F(GameFactsTest, that_are_none_are_dropped_and_not_asked_for_again)
{
    constexpr auto nonsense = R"({"type":"GameFacts"})"sv;
    bob_tells({facts::hash_cover(as_bytes(nonsense)).bytes});
    answer_with(bytes_of(nonsense));
    connect();
    lan.until([&] { return asked == 1; });
    take_news();
    (void)lan.result_of(bob.party->request(alice.id(), wire::GetFacts{}, soon()));
    EXPECT_EQ(asked, 1U);
    EXPECT_TRUE(alice.party->is_connected(bob.id()));
}

TEST_F(GameFactsTest, that_nobody_has_are_not_found)
{
    connect();
    for (const party::FactsRequest& request :
         {party::FactsRequest(wire::GetFacts{}), party::FactsRequest(wire::GetCover{})}) {
        const auto answer = lan.result_of(bob.party->request_data(alice.id(), request, soon()));
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::not_found);
    }
    EXPECT_EQ(lan.result_of(alice_knows.facts.cover_bytes(doom)).error().code, ErrorCode::not_found);
}

TEST_F(GameFactsTest, a_cover_with_another_hash_gets_its_sender_banned)
{
    const auto told =
        facts::encode_facts({.title = "Doom",
                             .cover = wire::CoverRef{.hash = facts::hash_cover(as_bytes(picture)),
                                                     .size = picture.size(),
                                                     .format = "jpg"}})
            .value();
    bob_tells(told.hash);
    answer_with(bytes_of(told.text));
    connect();
    lan.until([&] { return alice_knows.title(doom) == "Doom"; });
    answer_with(Bytes(picture.size()));
    EXPECT_FALSE(lan.result_of(alice_knows.facts.cover_bytes(doom)));
    EXPECT_FALSE(alice.party->is_connected(bob.id()));
}

}  // namespace lanspread::runtime
