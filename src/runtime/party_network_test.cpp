#include "runtime/party_network.h"

#include <chrono>

#include <gtest/gtest.h>

#include "party/testing.h"
#include "wire/codec.h"

namespace lanspread::runtime {
namespace {

using namespace std::chrono_literals;
using namespace party::testing;
using swarm::ChunkSet;
using swarm::Fetched;

constexpr std::uint32_t chunks = 100;

/// What somebody was told about a peer that he follows.
struct Told final : swarm::FollowSink {
    void bitfield(ChunkSet chunks_there) override { has.emplace(std::move(chunks_there)); }
    void have(std::vector<std::uint32_t> more) override
    {
        for (const auto chunk : more) {
            has->insert(chunk);
        }
        ++haves;
    }

    std::optional<ChunkSet> has;
    std::size_t haves = 0;
};

/// Says what a test has written down, whatever is asked: frames, with raw bytes behind the first. Then it
/// finishes, or waits until it is allowed to.
struct Script {
    std::vector<std::string> frames;
    Bytes raw;
    bool may_finish = true;
    bool resets = false;
    Signal changed;
    std::vector<party::ContentRequest> asked;

    Task<void> serve(transport::Stream stream, party::ContentRequest request)
    {
        asked.push_back(request);
        for (std::size_t frame = 0; frame < frames.size(); ++frame) {
            (void)co_await stream.write_frame(frames[frame], soon());
            if (frame == 0 && !raw.empty()) {
                (void)co_await stream.write(raw, soon());
            }
        }
        while (!may_finish) {
            co_await changed.wait();
        }
        if (!resets) {
            stream.finish();
        }
    }

    /// The answer to a Follow.
    void say_bitfield(const ChunkSet& has)
    {
        raw = has.to_bytes();
        frames.push_back(wire::encode(wire::Data{raw.size()}).value());
    }
    void say_have(std::vector<std::uint32_t> more)
    {
        frames.push_back(wire::encode(wire::Have{.chunks = std::move(more)}).value());
    }
};

/// Alice asks, bob says what is in the script.
class PartyNetworkTest : public ::testing::Test, protected Lan {
protected:
    PartyNetworkTest() : alice_(start("alice")), bob_(start("bob")), network_(*alice_.party)
    {
        bob_.serve = [this](PeerId, transport::Stream stream, party::ContentRequest request) {
            return script_.serve(std::move(stream), request);
        };
        EXPECT_TRUE(connect(alice_, bob_));
    }

    Result<void> follow() { return result_of(network_.follow(bob_.id(), content_, chunks, &told_)); }

    Task<void> follow_until_end(std::optional<Result<void>>* ended)
    {
        *ended = co_await network_.follow(bob_.id(), content_, chunks, &told_);
    }

    Result<Fetched> fetch(std::uint32_t size,
                          transport::Patience patience = {.first_byte = soon(), .stall = 5s})
    {
        buffer_ = std::make_shared<Buffer>(1000);
        return result_of(network_.fetch_chunk(bob_.id(), content_, 7, buffer_, size, patience));
    }

    Script script_;
    Told told_;
    SharedBuffer buffer_;
    Peer& alice_;
    Peer& bob_;
    ContentId content_ = entry(1).content;
    PartyNetwork network_;
};

ChunkSet set_of(const std::vector<std::uint32_t>& members)
{
    auto set = ChunkSet::none_of(chunks);
    for (const auto chunk : members) {
        set.insert(chunk);
    }
    return set;
}

TEST_F(PartyNetworkTest, tells_who_holds_a_content_and_whether_completely)
{
    auto part = entry(1);
    part.complete = false;
    bob_.party->set_library({part}, {});
    until([&] { return network_.holders(content_).size() == 1; });
    EXPECT_EQ(network_.holders(content_)[0].id, bob_.id());
    EXPECT_FALSE(network_.holders(content_)[0].complete);
    bob_.party->set_library({entry(1)}, {});
    until([&] { return network_.holders(content_)[0].complete; });
}

TEST_F(PartyNetworkTest, a_chunk_fills_the_buffer)
{
    script_.frames = {wire::encode(wire::Data{3}).value()};
    script_.raw = Bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    const auto fetched = fetch(3);
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_FALSE(*fetched);
    EXPECT_TRUE(std::ranges::equal(std::as_const(*buffer_).span().first(3), script_.raw));
}

TEST_F(PartyNetworkTest, a_chunk_of_another_size_counts_as_wrong_bytes)
{
    script_.frames = {wire::encode(wire::Data{3}).value()};
    EXPECT_EQ(fetch(4).error().code, ErrorCode::corrupt);
}

TEST_F(PartyNetworkTest, a_busy_source_names_the_peer_to_ask_instead)
{
    const auto other = transport::Identity::ephemeral().value().id();
    script_.frames = {wire::encode(wire::Elsewhere{other}).value()};
    const auto fetched = fetch(3);
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(*fetched, other);
}

TEST_F(PartyNetworkTest, what_a_peer_says_of_itself_is_no_wrong_bytes)
{
    script_.frames = {wire::encode(wire::to_failure({ErrorCode::corrupt, "my disk is bad"})).value()};
    EXPECT_EQ(fetch(3).error().code, ErrorCode::unavailable);
    EXPECT_EQ(follow().error().code, ErrorCode::unavailable);
}

TEST_F(PartyNetworkTest, a_chunk_that_stops_in_the_middle_is_given_up)
{
    script_.frames = {wire::encode(wire::Data{3}).value()};
    script_.raw = Bytes{std::byte{1}};
    script_.may_finish = false;
    EXPECT_EQ(fetch(3, {.first_byte = soon(), .stall = 50ms}).error().code, ErrorCode::timed_out);
}

TEST_F(PartyNetworkTest, a_chunk_that_does_not_begin_is_given_up)
{
    script_.may_finish = false;
    EXPECT_EQ(fetch(3, {.first_byte = Clock::now() + 50ms, .stall = 10s}).error().code, ErrorCode::timed_out);
}

TEST_F(PartyNetworkTest, sums_and_ranges_come_as_they_are_and_with_the_size_that_they_must_have)
{
    script_.frames = {wire::encode(wire::Data{8}).value()};
    script_.raw = Bytes(8, std::byte{5});
    const swarm::BlockRuns blocks{.chunk = 3, .block = 64, .runs = {1, 2}};
    EXPECT_EQ(result_of(network_.fetch_sums(bob_.id(), content_, blocks, 32, 8, soon())).value(),
              script_.raw);
    EXPECT_EQ(result_of(network_.fetch_ranges(bob_.id(), content_, blocks, 8, soon())).value(), script_.raw);
    const auto& asked = std::get<wire::GetRanges>(script_.asked.back());
    EXPECT_EQ(asked.content, content_);
    EXPECT_EQ(asked.chunk, 3U);
    EXPECT_EQ(asked.runs, blocks.runs);
    EXPECT_EQ(result_of(network_.fetch_ranges(bob_.id(), content_, blocks, 9, soon())).error().code,
              ErrorCode::corrupt);
}

TEST_F(PartyNetworkTest, sums_of_a_manifest_come_as_they_are_unless_they_are_more_than_there_can_be)
{
    script_.frames = {wire::encode(wire::Data{8}).value()};
    script_.raw = Bytes(8, std::byte{5});
    EXPECT_EQ(result_of(network_.fetch_manifest_sums(bob_.id(), content_, 8, {1, 2}, soon())).value(),
              script_.raw);
    const auto& asked = std::get<wire::GetManifestSums>(script_.asked.back());
    EXPECT_EQ(asked.content, content_);
    EXPECT_EQ(asked.items, 8U);
    EXPECT_EQ(asked.runs, (std::vector<std::uint32_t>{1, 2}));
    script_.frames = {wire::encode(wire::Data{wire::max_manifest_answer + 1}).value()};
    EXPECT_EQ(result_of(network_.fetch_manifest_sums(bob_.id(), content_, 8, {}, soon())).error().code,
              ErrorCode::corrupt);
}

TEST_F(PartyNetworkTest, parts_of_a_manifest_come_with_the_size_that_they_must_have)
{
    script_.frames = {wire::encode(wire::Data{8}).value()};
    script_.raw = Bytes(8, std::byte{5});
    EXPECT_EQ(result_of(network_.fetch_manifest_ranges(bob_.id(), content_, {1, 8}, 8, soon())).value(),
              script_.raw);
    EXPECT_EQ(std::get<wire::GetManifestRanges>(script_.asked.back()).runs,
              (std::vector<std::uint32_t>{1, 8}));
    EXPECT_EQ(result_of(network_.fetch_manifest_ranges(bob_.id(), content_, {1, 9}, 9, soon())).error().code,
              ErrorCode::corrupt);
}

TEST_F(PartyNetworkTest, following_tells_what_is_there_and_what_comes_until_the_other_ends_it)
{
    script_.say_bitfield(set_of({0, 64, 99}));
    script_.say_have({5});
    script_.say_have({5, 6, 6});
    const auto followed = follow();
    ASSERT_TRUE(followed) << followed.error().message;
    ASSERT_TRUE(told_.has);
    EXPECT_EQ(*told_.has, set_of({0, 5, 6, 64, 99}));
    EXPECT_EQ(told_.haves, 2U);
    ASSERT_EQ(script_.asked.size(), 1U);
    EXPECT_EQ(std::get<wire::Follow>(script_.asked[0]).content, content_);
}

TEST_F(PartyNetworkTest, following_tells_each_have_when_it_comes)
{
    script_.say_bitfield(set_of({}));
    script_.say_have({1});
    script_.may_finish = false;
    std::optional<Result<void>> ended;
    spawn(follow_until_end(&ended));
    until([&] { return told_.haves == 1; });
    EXPECT_TRUE(told_.has->contains(1));
    EXPECT_FALSE(ended);
    script_.may_finish = true;
    script_.changed.notify_all();
    until([&] { return ended.has_value(); });
    EXPECT_TRUE(*ended) << ended->error().message;
}

TEST_F(PartyNetworkTest, a_follow_that_is_cut_off_is_no_end)
{
    script_.say_bitfield(set_of({1}));
    script_.resets = true;
    EXPECT_EQ(follow().error().code, ErrorCode::unavailable);
}

TEST_F(PartyNetworkTest, a_follow_ends_with_the_connection)
{
    script_.say_bitfield(set_of({1}));
    script_.may_finish = false;
    std::optional<Result<void>> ended;
    spawn(follow_until_end(&ended));
    until([&] { return told_.has.has_value(); });
    kill(bob_);
    until([&] { return ended.has_value(); });
    ASSERT_FALSE(*ended);
    EXPECT_EQ(ended->error().code, ErrorCode::unavailable);
}

/// What a liar says.
struct Lie {
    const char* what;
    Bytes bitfield;
    std::vector<std::uint32_t> chunks_there;
};

TEST_F(PartyNetworkTest, chunks_that_there_are_not_count_as_wrong_bytes)
{
    auto beyond = set_of({}).to_bytes();
    const auto one_more = ChunkSet::all_of(chunks + 1).to_bytes();
    ASSERT_EQ(one_more.size(), beyond.size());  // so only the bit is wrong
    const Lie lies[] = {
        {"a bitfield that is too short", Bytes(8), {}},
        {"a bitfield that is too long", Bytes(24), {}},
        {"no bitfield", {}, {}},
        {"a bit beyond the end", one_more, {}},
        {"a chunk beyond the end", beyond, {chunks}},
        {"the last chunk number of all", beyond, {4'294'967'295}},
    };
    for (const auto& lie : lies) {
        script_.raw = lie.bitfield;
        script_.frames = {wire::encode(wire::Data{lie.bitfield.size()}).value()};
        script_.say_have(lie.chunks_there);
        const auto followed = follow();
        ASSERT_FALSE(followed) << lie.what;
        EXPECT_EQ(followed.error().code, ErrorCode::corrupt) << lie.what;
        EXPECT_EQ(told_.haves, 0U) << lie.what;
    }
}

TEST_F(PartyNetworkTest, a_bitfield_that_is_announced_as_huge_is_not_waited_for)
{
    script_.frames = {wire::encode(wire::Data{1ULL << 60}).value()};
    script_.may_finish = false;
    EXPECT_EQ(follow().error().code, ErrorCode::corrupt);
}

TEST_F(PartyNetworkTest, nonsense_in_a_follow_ends_it)
{
    for (const auto* nonsense : {"", "{}", R"({"type":"Ping"})", R"({"type":"Have","chunks":[-1]})"}) {
        script_.frames.clear();
        script_.say_bitfield(set_of({1}));
        script_.frames.emplace_back(nonsense);
        const auto followed = follow();
        ASSERT_FALSE(followed) << nonsense;
        EXPECT_EQ(followed.error().code, ErrorCode::invalid_input) << nonsense;
    }
}

}  // namespace
}  // namespace lanspread::runtime
