#include "swarm/server.h"

#include <gtest/gtest.h>

#include "content/hash.h"
#include "library/testing.h"
#include "transport/endpoint.h"
#include "wire/codec.h"

namespace lanspread::swarm {
namespace {

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
            *library_, disk_,
            Server::Options{.on_changed_on_disk = [this](const GameId& game) { changed_.push_back(game); }});
        wait(connect());
        serving_ = std::make_unique<TaskGroup>(context_.get_executor(), CancellationToken());
        serving_->spawn(accept());
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
        const auto question = wire::decode_any<wire::GetManifest, wire::GetChunk>(*frame);
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

    transport::Identity identity_ = transport::Identity::ephemeral().value();
    transport::Identity asker_identity_ = transport::Identity::ephemeral().value();
    std::unique_ptr<transport::Endpoint> here_;
    std::unique_ptr<transport::Endpoint> there_;
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

TEST_F(ServerTest, sends_every_chunk_as_the_manifest_has_it)
{
    const auto game = find("doom");
    for (std::uint32_t chunk = 0; chunk < game->manifest->chunk_count(); ++chunk) {
        const auto bytes = wait(ask(wire::GetChunk{game->content, chunk}));
        ASSERT_TRUE(bytes) << bytes.error().message;
        EXPECT_EQ(content::hash_chunk(*bytes), game->manifest->chunk_hash(chunk));
    }
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
