#include "swarm/server.h"

#include <gtest/gtest.h>

#include "content/hash.h"
#include "content/manifest_groups.h"
#include "library/testing.h"
#include "swarm/block_sums.h"
#include "swarm/testing.h"
#include "transport/endpoint.h"
#include "wire/codec.h"

namespace lanspread::swarm {
namespace {

/// Eight chunks.
Package quake()
{
    return Package::make("quake", "20240101", {{"large.pak", library::pattern(7'500'000, 3)}});
}

TimePoint soon() { return Clock::now() + std::chrono::seconds(10); }

/// A server over a real library, and a peer that asks it over a real connection on this host.
class ServerTest : public library::LibraryTest {
protected:
    void SetUp() override
    {
        make_game("doom");
        start();
        const auto bind = Address::v4({127, 0, 0, 1}, 0);
        here_ = transport::Endpoint::open(context_.get_executor(), identity_, {.bind = bind}).value();
        there_ = transport::Endpoint::open(context_.get_executor(), asker_identity_, {.bind = bind}).value();
        server_ = std::make_unique<Server>(
            *library_, partials_, disk_,
            Server::Options{.on_changed_on_disk = [this](const GameId& game) { changed_.push_back(game); }});
        wait(connect());
        serving_ = std::make_unique<TaskGroup>(context_.get_executor(), CancellationToken());
        serving_->spawn(accept());
        serving_->spawn(server_->run());
    }

    void TearDown() override
    {
        serving_->cancel();
        testing::run_until(context_, [this] { return serving_->running() == 0; });
    }

    Task<void> connect()
    {
        to_here_ =
            (co_await there_->connect(Address::v4({127, 0, 0, 1}, here_->port()), identity_.id(), soon()))
                .value();
        to_there_ = *co_await here_->accept();
    }

    Task<void> accept()
    {
        while (auto stream = co_await to_there_->accept_stream()) {
            serving_->spawn(serve(std::move(*stream)));
        }
    }

    Task<void> serve(transport::Stream stream)
    {
        const auto frame = co_await stream.read_frame(wire::max_message_size, soon());
        if (!frame) {
            co_return;
        }
        const auto question = wire::decode<Server::Question>(*frame);
        co_await server_->serve(to_there_->peer(), std::move(stream), question.value());
    }

    /// The bytes that answer `question`, or the failure.
    template <class Question>
    Task<Result<Bytes>> ask(Question question)
    {
        auto stream = (co_await to_here_->open_stream(soon())).value();
        static_cast<void>(co_await stream.write_frame(wire::encode(question).value(), soon()));
        stream.finish();
        const auto frame = co_await stream.read_frame(wire::max_message_size, soon());
        if (!frame) {
            co_return fail(frame.error());
        }
        const auto data = wire::decode_answer<wire::Data>(*frame);
        if (!data) {
            co_return fail(data.error());
        }
        co_return co_await stream.read_bytes(data->size, soon());
    }

    Task<void> ask_and_hang_up(ContentId content)
    {
        auto stream = (co_await to_here_->open_stream(soon())).value();
        static_cast<void>(
            co_await stream.write_frame(wire::encode(wire::GetChunk{content, 0}).value(), soon()));
    }

    /// A download of ours: of `package`, of which it has `chunks`.
    std::shared_ptr<PartialContent> add_partial(const Package& package,
                                                const std::vector<std::uint32_t>& chunks)
    {
        const auto store = ChunkStore::open(games_, package.manifest).value();
        EXPECT_TRUE(store->prepare(ChunkSet::none_of(package.manifest->chunk_count())));
        auto verified = ChunkSet::none_of(package.manifest->chunk_count());
        for (const auto chunk : chunks) {
            const auto text = package.chunk(chunk);
            EXPECT_TRUE(store->verify_and_write(chunk, as_bytes(text)));
            verified.insert(chunk);
        }
        auto partial = std::make_shared<PartialContent>(package.manifest, store, verified);
        partials_.add(partial);
        return partial;
    }

    /// Leaves the stream of a Follow in `followed_`, past its bitfield, which is left in `bitfield_`.
    Task<std::optional<Error>> follow(ContentId content, std::uint32_t chunks)
    {
        auto stream = (co_await to_here_->open_stream(soon())).value();
        static_cast<void>(co_await stream.write_frame(wire::encode(wire::Follow{content}).value(), soon(),
                                                      transport::Stream::Then::finish));
        const auto frame = co_await stream.read_frame(wire::max_message_size, soon());
        const auto data = frame ? wire::decode_answer<wire::Data>(*frame) : fail(frame.error());
        if (!data) {
            co_return data.error();
        }
        const auto bytes = co_await stream.read_bytes(data->size, soon());
        bitfield_ = bytes ? ChunkSet::from_bytes(*bytes, chunks) : std::nullopt;
        followed_.emplace(std::move(stream));
        co_return std::nullopt;
    }

    Task<Result<wire::Have>> next_have()
    {
        const auto frame = co_await followed_->read_frame(wire::max_message_size, soon());
        co_return frame ? wire::decode<wire::Have>(*frame) : fail(frame.error());
    }

    std::optional<ChunkSet> bitfield_;
    std::optional<transport::Stream> followed_;
    transport::Identity identity_ = transport::Identity::ephemeral().value();
    transport::Identity asker_identity_ = transport::Identity::ephemeral().value();
    std::unique_ptr<transport::Endpoint> here_;
    std::unique_ptr<transport::Endpoint> there_;
    PartialContents partials_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<TaskGroup> serving_;
    transport::SharedConnection to_here_;
    transport::SharedConnection to_there_;
    std::vector<GameId> changed_;
};

TEST_F(ServerTest, sends_a_manifest)
{
    const auto bytes = wait(ask(wire::GetManifest{find("doom")->content}));
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(content::hash_manifest(*bytes), find("doom")->content);
}

TEST_F(ServerTest, sends_parts_of_a_manifest_and_their_sums)
{
    const auto game = find("doom");
    const content::ManifestGroups groups(*game->manifest);
    const auto sums = wait(ask(wire::GetManifestSums{game->content, 1, {}}));
    ASSERT_TRUE(sums) << sums.error().message;
    EXPECT_EQ(sums->size(), 8 * groups.cut(groups.whole(), 1).size());
    const auto bytes = wait(ask(wire::GetManifestRanges{game->content, {4, 2}}));
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(*bytes, (Bytes{groups.bytes()[4], groups.bytes()[5]}));
    EXPECT_EQ(wait(ask(wire::GetManifestRanges{game->content, {groups.size(), 1}})).error().code,
              ErrorCode::invalid_input);
    EXPECT_EQ(wait(ask(wire::GetManifestSums{ContentId{}, 1, {}})).error().code, ErrorCode::not_found);
}

TEST_F(ServerTest, sends_every_chunk_as_the_manifest_has_it)
{
    const auto game = find("doom");
    for (std::uint32_t chunk = 0; chunk < game->manifest->chunk_count(); ++chunk) {
        const auto bytes = wait(ask(wire::GetChunk{game->content, chunk}));
        ASSERT_TRUE(bytes) << bytes.error().message;
        EXPECT_EQ(content::hash_chunk(*bytes), game->manifest->chunk_hash(chunk));
    }
}

TEST_F(ServerTest, sends_ranges_of_several_chunks_and_the_sums_of_blocks)
{
    const auto game = find("doom");
    const auto large = library::pattern(2'500'000, 1);
    // The last block of the first chunk, and the two behind it.
    const auto ranges = wait(ask(wire::GetRanges{game->content, 0, 1024, {1023, 3}}));
    ASSERT_TRUE(ranges) << ranges.error().message;
    EXPECT_TRUE(as_text(*ranges) == large.substr(1023 * 1024, 3 * 1024));
    EXPECT_EQ(server_->bytes_served(), 3U * 1024);

    const auto sums = wait(ask(wire::GetSums{game->content, 1, 16384, 16384, {3, 1, 4, 1}}));
    ASSERT_TRUE(sums) << sums.error().message;
    Bytes expected;
    for (const std::size_t block : {3, 8}) {
        append_sums(expected, as_bytes(large).subspan(content::max_chunk_size + block * 16384, 16384), 16384);
    }
    EXPECT_EQ(*sums, expected);
}

TEST_F(ServerTest, refuses_blocks_that_there_are_not_and_answers_that_are_too_large)
{
    const auto content = find("doom")->content;
    for (const auto& answer : {wait(ask(wire::GetRanges{content, 0, 16384, {0, 65}})),
                               wait(ask(wire::GetSums{content, 2, 64, 64, {0, 16384}})),
                               wait(ask(wire::GetRanges{content, 77, 64, {0, 1}}))}) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::invalid_input) << answer.error().message;
    }
    EXPECT_EQ(wait(ask(wire::GetSums{ContentId{}, 0, 64, 64, {0, 1}})).error().code, ErrorCode::not_found);
    EXPECT_EQ(server_->bytes_served(), 0U);
}

TEST_F(ServerTest, reads_nothing_but_the_blocks_that_are_asked_for)
{
    const auto root = games_ / "small";
    library::write_file(root / "a.txt", library::pattern(64, 1));
    library::write_file(root / "b.txt", library::pattern(64, 2));
    library::write_file(root / "version.ini", library::version);
    wait(library_->rescan());
    const auto content = find("small")->content;
    library::write_file(root / "b.txt", "changed");  // in the same chunk, and noticed whenever it is read
    EXPECT_EQ(wait(ask(wire::GetRanges{content, 0, 32, {0, 2}})).value_or(Bytes()).size(), 64U);
    EXPECT_EQ(wait(ask(wire::GetSums{content, 0, 64, 32, {0, 1}})).value_or(Bytes()).size(), 2U);
    EXPECT_EQ(wait(ask(wire::GetRanges{content, 0, 32, {1, 2}})).error().code, ErrorCode::unavailable);
}

TEST_F(ServerTest, sends_parts_only_of_chunks_that_a_download_has)
{
    const auto package = quake();
    add_partial(package, {2, 5});
    const auto bytes = wait(ask(wire::GetRanges{package.content(), 2, 64, {1, 2}}));
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_TRUE(as_text(*bytes) == package.chunk(2).substr(64, 128));
    EXPECT_EQ(wait(ask(wire::GetRanges{package.content(), 3, 64, {0, 1}})).error().code,
              ErrorCode::not_found);
    EXPECT_EQ(wait(ask(wire::GetSums{package.content(), 2, 16384, 16384, {0, 65}})).error().code,
              ErrorCode::not_found);
}

TEST_F(ServerTest, says_that_it_does_not_have_what_it_does_not_have)
{
    const auto game = find("doom");
    for (const auto& answer :
         {wait(ask(wire::GetChunk{game->content, game->manifest->chunk_count()})),
          wait(ask(wire::GetChunk{ContentId{}, 0})), wait(ask(wire::GetManifest{ContentId{}}))}) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::not_found);
    }
}

TEST_F(ServerTest, sends_nothing_of_a_file_that_changed_and_tells_its_owner)
{
    const auto game = find("doom");
    library::write_file(game->root / "data/large.pak", "something else");
    const auto answer = wait(ask(wire::GetChunk{game->content, 0}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
    EXPECT_EQ(changed_, std::vector{game->id});
}

TEST_F(ServerTest, sends_the_chunks_that_a_download_has_and_its_manifest)
{
    const auto package = quake();
    const auto partial = add_partial(package, {2, 5});
    EXPECT_TRUE(wait(ask(wire::GetManifest{package.content()})));
    const auto bytes = wait(ask(wire::GetChunk{package.content(), 5}));
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(content::hash_chunk(*bytes), package.manifest->chunk_hash(5));
    EXPECT_EQ(wait(ask(wire::GetChunk{package.content(), 3})).error().code, ErrorCode::not_found);
    EXPECT_EQ(server_->bytes_served(), bytes->size());

    partial->close();
    EXPECT_EQ(wait(ask(wire::GetChunk{package.content(), 5})).error().code, ErrorCode::unavailable);
    partials_.remove(package.content());
    EXPECT_EQ(wait(ask(wire::GetChunk{package.content(), 5})).error().code, ErrorCode::not_found);
}

TEST_F(ServerTest, tells_a_follower_what_a_download_has_and_gets_until_it_ends)
{
    const auto package = quake();
    const auto partial = add_partial(package, {2});
    ASSERT_FALSE(wait(follow(package.content(), package.manifest->chunk_count())));
    ASSERT_TRUE(bitfield_);
    EXPECT_EQ(*bitfield_, partial->verified());

    partial->chunk_verified(4);
    auto have = wait(next_have());
    ASSERT_TRUE(have) << have.error().message;
    EXPECT_EQ(have->chunks, std::vector<std::uint32_t>{4});

    partial->chunk_verified(6);
    partial->chunk_verified(4);
    have = wait(next_have());
    ASSERT_TRUE(have) << have.error().message;
    EXPECT_EQ(have->chunks, std::vector<std::uint32_t>{6});

    partials_.remove(package.content());
    EXPECT_FALSE(wait(next_have()));
}

TEST_F(ServerTest, refuses_to_be_followed_where_nothing_is_being_fetched)
{
    const auto refused = wait(follow(find("doom")->content, 1));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, ErrorCode::not_found);
}

TEST_F(ServerTest, goes_on_after_a_peer_that_asked_and_hung_up)
{
    const auto content = find("doom")->content;
    for (int count = 0; count < 100; ++count) {
        wait(ask_and_hang_up(content));
    }
    EXPECT_TRUE(wait(ask(wire::GetChunk{content, 0})));
}

}  // namespace
}  // namespace lanspread::swarm
