#include <gtest/gtest.h>

#include "transport/fixture_test.h"

namespace lanspread::transport {

namespace {

TEST_F(TransportTest, both_sides_prove_their_ids)
{
    open();
    run(connect());
    EXPECT_EQ(to_bob->peer(), bob_identity.id());
    EXPECT_EQ(to_alice->peer(), alice_identity.id());
    EXPECT_TRUE(to_bob->is_outgoing());
    EXPECT_FALSE(to_alice->is_outgoing());
}

Task<void> expect_refusal(Endpoint& endpoint, Address remote, std::optional<PeerId> expected,
                          std::string part, Duration patience = 10s)
{
    const auto connection = co_await endpoint.connect(remote, expected, Clock::now() + patience);
    EXPECT_FALSE(connection);
    if (!connection) {
        EXPECT_NE(connection.error().message.find(part), std::string::npos) << connection.error().message;
    }
}

TEST_F(TransportTest, another_peer_than_the_expected_one_is_refused)
{
    open();
    run(expect_refusal(*alice, loopback(bob->port()), PeerId{}, "another peer answered"));
}

TEST_F(TransportTest, dialling_oneself_is_refused)
{
    open();
    run(expect_refusal(*alice, loopback(alice->port()), std::nullopt, "this peer itself"));
}

TEST_F(TransportTest, an_address_where_nobody_listens_gives_an_error)
{
    open();
    bob->close();
    run(expect_refusal(*alice, loopback(bob->port()), std::nullopt, "did not answer", 200ms));
}

Task<void> fetch_many(SharedConnection to_bob, SharedConnection to_alice, unsigned count, std::size_t size,
                      int& good)
{
    const auto executor = co_await asio::this_coro::executor;
    TaskGroup servers(executor, {});
    TaskGroup clients(executor, {});
    servers.spawn(serve(to_alice, servers, size));
    for (unsigned i = 0; i < count; ++i) {
        clients.spawn(fetch(to_bob, i, size, good));
    }
    co_await clients.join();
    servers.cancel();
    co_await servers.join();
}

TEST_F(TransportTest, many_requests_at_once_get_their_own_bytes)
{
    open();
    run(connect());
    int good = 0;
    run(fetch_many(to_bob, to_alice, 400, 100'000,
                   good));  // more than the 256 streams that are allowed at once
    EXPECT_EQ(good, 400);
}

TEST_F(TransportTest, chunks_arrive_whole_with_the_portable_cipher_too)
{
    open({.bind = {}, .allow_fast_aead = false});
    run(connect());
    EXPECT_EQ(alice->cipher(), "AES-128-GCM by GnuTLS");
    int good = 0;
    run(fetch_many(to_bob, to_alice, 16, 1024 * 1024, good));
    EXPECT_EQ(good, 16);
}

Task<void> wait_for_key_update(SharedConnection connection)
{
    const auto deadline = soon();
    while (connection->stats().key_updates == 0 && Clock::now() < deadline) {
        co_await sleep_for(10ms);
    }
}

TEST_F(TransportTest, keys_are_updated_in_the_middle_of_a_transfer)
{
    open({.bind = {}, .packets_per_key = 100});
    run(connect());
    int good = 0;
    run(fetch_many(to_bob, to_alice, 32, 1024 * 1024, good));
    EXPECT_EQ(good, 32);
    run(wait_for_key_update(to_alice));
    EXPECT_GE(to_alice->stats().key_updates, 1U);
}

TEST_F(TransportTest, ipv6_works)
{
    const auto any = Address::parse("[::1]:0").value();
    open({}, any);
    auto address = any;
    address.port = bob->port();
    run(connect(address));
    int good = 0;
    run(fetch_many(to_bob, to_alice, 4, 1024 * 1024, good));
    EXPECT_EQ(good, 4);
}

Task<void> wait_for_mtu(SharedConnection connection, std::uint32_t at_least)
{
    const auto deadline = soon();
    while (connection->stats().mtu < at_least && Clock::now() < deadline) {
        co_await sleep_for(10ms);
    }
}

TEST_F(TransportTest, a_path_that_takes_large_packets_is_found_out)
{
    open();
    run(connect());
    run(wait_for_mtu(to_bob, 8972));  // the loopback's MTU is 65536
    EXPECT_EQ(to_bob->stats().mtu, 8972U);
}

Task<void> cancel_a_read(SharedConnection connection)
{
    auto stream = co_await connection->open_stream(soon());
    static_cast<void>(co_await stream->write_frame("1", soon()));
    const auto read = co_await stream->read_frame(100, Clock::now() + 50ms);
    EXPECT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::timed_out);
}

Task<void> expect_cancelled(SharedConnection connection, bool& cancelled)
{
    auto stream = co_await connection->accept_stream();
    EXPECT_TRUE(co_await stream->read_frame(100, soon()));
    const auto more = co_await stream->read_frame(100, soon());
    cancelled = !more && more.error().code == ErrorCode::unavailable;
}

Task<void> cancel_one_of_two(SharedConnection to_bob, SharedConnection to_alice, bool& cancelled)
{
    TaskGroup group(co_await asio::this_coro::executor, {});
    group.spawn(cancel_a_read(to_bob));
    group.spawn(expect_cancelled(to_alice, cancelled));
    co_await group.join();
}

TEST_F(TransportTest, a_request_that_is_given_up_ends_its_stream_and_no_other)
{
    open();
    run(connect());
    bool cancelled = false;
    run(cancel_one_of_two(to_bob, to_alice, cancelled));
    EXPECT_TRUE(cancelled);
    int good = 0;
    run(fetch_many(to_bob, to_alice, 4, 100'000, good));
    EXPECT_EQ(good, 4);
}

Task<void> drop_unread(SharedConnection connection)
{
    auto stream = co_await connection->open_stream(soon());
    static_cast<void>(co_await stream->write_frame("1", soon(), Stream::Then::finish));
    static_cast<void>(co_await stream->read_frame(100, soon()));
}

Task<void> drop_many_unread(SharedConnection to_bob, SharedConnection to_alice)
{
    const auto executor = co_await asio::this_coro::executor;
    TaskGroup servers(executor, {});
    TaskGroup clients(executor, {});
    servers.spawn(serve(to_alice, servers, 1024 * 1024));
    for (int i = 0; i < 64; ++i) {
        clients.spawn(drop_unread(to_bob));
    }
    co_await clients.join();
    servers.cancel();
    co_await servers.join();
}

TEST_F(TransportTest, answers_that_nobody_reads_do_not_block_the_connection)
{
    open();
    run(connect());
    run(drop_many_unread(to_bob, to_alice));  // four times the connection's window
    int good = 0;
    run(fetch_many(to_bob, to_alice, 16, 1024 * 1024, good));
    EXPECT_EQ(good, 16);
}

Task<void> write_too_much(SharedConnection connection, Result<void>& result)
{
    auto stream = co_await connection->open_stream(soon());
    for (int i = 0; i < 64 && result; ++i) {
        result = co_await stream->write(pattern(1024 * 1024, 1), 1024 * 1024, Clock::now() + 300ms);
    }
}

TEST_F(TransportTest, a_writer_waits_for_a_reader_that_does_not_read)
{
    open();
    run(connect());
    Result<void> result;
    run(write_too_much(to_bob, result));
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::timed_out);
}

Task<void> wait_closed(SharedConnection connection) { co_await connection->closed(); }

TEST_F(TransportTest, closing_tells_the_other_side_why)
{
    open();
    run(connect());
    to_bob->close("time to go");
    run(wait_closed(to_alice));
    EXPECT_EQ(to_alice->close_reason(), "time to go");
    EXPECT_FALSE(to_alice->is_open());
}

TEST_F(TransportTest, an_endpoint_that_closes_tells_its_peers)
{
    open();
    run(connect());
    bob->close();
    run(wait_closed(to_bob));
    EXPECT_EQ(to_bob->close_reason(), "the peer has ended");
}

Task<void> send_oversized(SharedConnection to_bob, SharedConnection to_alice, Result<std::string>& read)
{
    auto stream = co_await to_bob->open_stream(soon());
    static_cast<void>(co_await stream->write_frame(std::string(5000, 'x'), soon()));
    auto arrived = co_await to_alice->accept_stream();
    read = co_await arrived->read_frame(4999, soon());
}

TEST_F(TransportTest, a_message_over_its_limit_is_refused)
{
    open();
    run(connect());
    Result<std::string> read;
    run(send_oversized(to_bob, to_alice, read));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::invalid_input);
}

TEST(Identity, is_made_once_and_then_kept)
{
    const auto folder = std::filesystem::path(testing::TempDir()) / "lanspread_identity_test";
    std::filesystem::remove_all(folder);
    const auto first = Identity::open(folder);
    const auto second = Identity::open(folder);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->id(), second->id());
    const auto permissions = std::filesystem::status(folder / "key.pem").permissions();
    EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::remove_all(folder);
}

TEST(Identity, damaged_files_are_named_with_the_way_out)
{
    const auto folder = std::filesystem::path(testing::TempDir()) / "lanspread_identity_broken";
    std::filesystem::remove_all(folder);
    ASSERT_TRUE(Identity::open(folder));
    std::filesystem::resize_file(folder / "key.pem", 40);
    const auto broken = Identity::open(folder);
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().message.find("remove both files"), std::string::npos);
    std::filesystem::remove_all(folder);
}

}  // namespace

}  // namespace lanspread::transport
