#include "party/session.h"

#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "party/testing.h"
#include "wire/codec.h"

namespace lanspread::party {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class SessionTest : public ::testing::Test, protected Lan {};

wire::Hello hello(const std::string& name)
{
    return {.name = name, .program = "test", .listen = {loopback(1)}, .library = {}};
}

Result<void> welcome(const wire::Hello&) { return {}; }

/// Answers with as many bytes as the chunk's number says, as soon as `may_answer`.
struct Source {
    bool may_answer = true;
    std::size_t running = 0;
    std::size_t most_running = 0;
    Signal changed;

    Task<void> serve(transport::Stream stream, ContentRequest request)
    {
        most_running = std::max(most_running, ++running);
        while (!may_answer) {
            co_await changed.wait();
        }
        const auto* chunk = std::get_if<wire::GetChunk>(&request);
        const auto answer = chunk == nullptr
                                ? wire::encode(wire::to_failure({ErrorCode::not_found, "no such manifest"}))
                                : wire::encode(wire::Data{.size = chunk->chunk});
        const auto written = co_await stream.write_frame(answer.value(), soon());
        if (written && chunk != nullptr) {
            (void)co_await stream.write(Bytes(chunk->chunk, std::byte{7}), soon());
        }
        stream.finish();
        --running;
    }

    ContentHandler handler()
    {
        return [this](PeerId, transport::Stream stream, ContentRequest request) {
            return serve(std::move(stream), std::move(request));
        };
    }
};

/// Asks for `size` bytes and counts those that came.
Task<void> fetch(Party* party, PeerId from, std::uint32_t size, std::size_t* received)
{
    auto data = co_await party->request_data(from, wire::GetChunk{.content = {}, .chunk = size}, soon());
    EXPECT_TRUE(data) << data.error().message;
    if (data) {
        const auto bytes = co_await data->second.read_bytes(data->first.size, soon());
        *received += bytes ? bytes->size() : 0;
    }
}

TEST_F(SessionTest, content_is_asked_for_and_its_bytes_follow_the_answer)
{
    Source source;
    auto& alice = start("alice");
    auto& bob = start("bob");
    bob.serve = source.handler();
    ASSERT_TRUE(connect(alice, bob));
    std::size_t received = 0;
    spawn(fetch(alice.party.get(), bob.id(), 100'000, &received));
    until([&] { return received == 100'000; });
}

TEST_F(SessionTest, a_failure_is_handed_on_with_its_code)
{
    Source source;
    auto& alice = start("alice");
    auto& bob = start("bob");
    bob.serve = source.handler();
    ASSERT_TRUE(connect(alice, bob));
    const auto failure = result_of(alice.party->request_data(bob.id(), wire::GetManifest{}, soon()));
    ASSERT_FALSE(failure);
    EXPECT_EQ(failure.error().code, ErrorCode::not_found);
    EXPECT_EQ(failure.error().message, "no such manifest");
}

TEST_F(SessionTest, a_peer_that_is_not_here_cannot_be_asked)
{
    auto& alice = start("alice");
    const auto failure = result_of(alice.party->request_data(PeerId{}, wire::GetManifest{}, soon()));
    ASSERT_FALSE(failure);
    EXPECT_EQ(failure.error().code, ErrorCode::unavailable);
}

TEST_F(SessionTest, more_than_64_content_requests_wait_while_other_messages_pass)
{
    Source source;
    source.may_answer = false;
    auto& alice = start("alice");
    auto& bob = start("bob");
    bob.serve = source.handler();
    ASSERT_TRUE(connect(alice, bob));
    std::size_t received = 0;
    for (int request = 0; request < 80; ++request) {
        spawn(fetch(alice.party.get(), bob.id(), 10, &received));
    }
    until([&] { return source.running == 64; });
    alice.party->set_library({entry(1)}, {});
    until([&] { return bob.library_changes == 1; });
    EXPECT_EQ(source.running, 64U);
    source.may_answer = true;
    source.changed.notify_all();
    until([&] { return received == 800; });
    EXPECT_EQ(source.most_running, 64U);
}

/// Follows, and gives what came of it.
Task<void> follow(Party* party, PeerId whom, std::vector<Result<void>>* ended)
{
    const auto data = co_await party->request_data(whom, wire::Follow{}, soon());
    ended->push_back(data ? Result<void>() : fail(data.error()));
}

TEST_F(SessionTest, follows_take_no_place_of_other_content_requests_and_more_than_64_are_refused)
{
    Source source;
    source.may_answer = false;
    auto& alice = start("alice");
    auto& bob = start("bob");
    bob.serve = source.handler();
    ASSERT_TRUE(connect(alice, bob));
    std::vector<Result<void>> ended;
    for (int request = 0; request < 65; ++request) {
        spawn(follow(alice.party.get(), bob.id(), &ended));
    }
    until([&] { return source.running == 64 && ended.size() == 1; });
    ASSERT_FALSE(ended[0]);
    EXPECT_EQ(ended[0].error().code, ErrorCode::refused);
    std::size_t received = 0;
    for (int request = 0; request < 64; ++request) {
        spawn(fetch(alice.party.get(), bob.id(), 10, &received));
    }
    until([&] { return source.running == 128; });
    source.may_answer = true;
    source.changed.notify_all();
    until([&] { return received == 640 && ended.size() == 65; });
    EXPECT_FALSE(result_of(alice.party->request_data(bob.id(), wire::Follow{}, soon()))
                     .error()
                     .message.contains("Follows"));  // the places are free again
}

TEST_F(SessionTest, a_peer_that_does_not_answer_any_more_is_given_up)
{
    auto& alice = start("alice", 0, {.idle = 50ms, .ping_timeout = 20ms, .missed_pings = 3});
    const auto connection = stranger(alice);
    ASSERT_TRUE(result_of(exchange_hellos(connection, hello("mallory"), welcome)));
    until([&] { return alice.events.size() == 2; });
    EXPECT_EQ(alice.events, (Told{"joined mallory", "left mallory: it does not answer any more"}));
}

Task<void> answer_pings(transport::SharedConnection connection, std::size_t* answered)
{
    while (auto stream = co_await connection->accept_stream()) {
        const auto frame = co_await stream->read_frame(wire::max_message_size, soon());
        if (frame && wire::decode<wire::Ping>(*frame)) {
            (void)co_await stream->write_frame(wire::encode(wire::Pong{}).value(), soon(),
                                               transport::Stream::Then::finish);
            ++*answered;
        }
    }
}

TEST_F(SessionTest, a_peer_that_answers_pings_is_not_given_up)
{
    auto& alice = start("alice", 0, {.idle = 10ms, .ping_timeout = 400ms, .missed_pings = 2});
    const auto connection = stranger(alice);
    ASSERT_TRUE(result_of(exchange_hellos(connection, hello("bob"), welcome)));
    std::size_t answered = 0;
    spawn(answer_pings(connection, &answered));
    until([&] { return answered == 3; });  // without the answers, the second would have been the last
    EXPECT_EQ(alice.events, Told{"joined bob"});
}

TEST_F(SessionTest, another_version_of_the_protocol_is_refused_and_both_learn_who_must_update)
{
    auto& alice = start("alice");
    const auto connection = stranger(alice);
    auto newer = hello("mallory");
    newer.protocol = wire::protocol_version + 1;
    const auto greeting = result_of(exchange_hellos(connection, newer, welcome));
    ASSERT_FALSE(greeting);
    EXPECT_EQ(greeting.error().code, ErrorCode::refused);
    EXPECT_TRUE(greeting.error().message.ends_with("update lanspread on alice")) << greeting.error().message;
    EXPECT_TRUE(alice.events.empty());
}

TEST_F(SessionTest, a_hello_that_only_a_later_version_can_read_is_answered_with_who_must_update)
{
    auto& alice = start("alice");
    const auto connection = stranger(alice);
    const auto* later = R"({"type":"Hello","protocol":9,"name":"bob","mood":"good"})";
    const auto answer = result_of(exchange(connection, later, soon()));
    ASSERT_TRUE(answer) << answer.error().message;
    const auto refusal = wire::decode_answer<wire::Hello>(answer->frame);
    ASSERT_FALSE(refusal);
    EXPECT_EQ(refusal.error().code, ErrorCode::refused);
    EXPECT_TRUE(refusal.error().message.ends_with("update lanspread on alice")) << refusal.error().message;
}

TEST_F(SessionTest, a_stranger_who_talks_nonsense_does_not_join)
{
    auto& alice = start("alice");
    for (const auto* nonsense :
         {"", "{", "{\"type\":\"Ping\"}", "{\"type\":\"GetChunk\",\"content\":\"\",\"chunk\":-1}"}) {
        const auto connection = stranger(alice);
        (void)result_of(exchange(connection, nonsense, soon()));
        until([&] { return !connection->is_open(); });
    }
    EXPECT_TRUE(alice.events.empty());
    EXPECT_TRUE(alice.party->peers().empty());
}

TEST_F(SessionTest, a_member_that_talks_nonsense_is_told_so_and_others_are_served)
{
    auto& alice = start("alice");
    const auto connection = stranger(alice);
    ASSERT_TRUE(result_of(exchange_hellos(connection, hello("mallory"), welcome)));
    const auto nonsense = result_of(exchange(connection, "{\"type\":\"Nonsense\"}", soon()));
    ASSERT_TRUE(nonsense);
    EXPECT_FALSE(wire::decode_answer<wire::Pong>(nonsense->frame));
    const auto ping = result_of(exchange(connection, wire::encode(wire::Ping{}).value(), soon()));
    ASSERT_TRUE(ping);
    EXPECT_TRUE(wire::decode_answer<wire::Pong>(ping->frame));
}

Task<void> wait_until_told(Party* party, bool* is_told)
{
    co_await party->library_told(soon());
    *is_told = true;
}

TEST_F(SessionTest, what_was_told_of_our_library_is_known_to_all_when_the_wait_for_it_ends)
{
    auto& alice = start("alice");
    auto& bob = start("bob");
    ASSERT_TRUE(connect(alice, bob));
    alice.party->set_library({{.game = GameId::parse("doom").value(), .version = "20240101", .content = {}}},
                             {});
    bool is_told = false;
    spawn(wait_until_told(alice.party.get(), &is_told));
    until([&] { return is_told; });
    EXPECT_EQ(bob.party->library(alice.id())->entries().size(), 1U);
}

}  // namespace
}  // namespace lanspread::party
