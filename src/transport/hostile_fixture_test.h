#pragma once

#include <thread>
#include <vector>

#include "transport/credentials.h"
#include "transport/fixture_test.h"
#include "transport/hostile_client_test.h"

/// For the tests of what a peer may do to others that is not one of ours.
namespace lanspread::transport {

inline constexpr std::size_t chunk = 1024 * 1024;

/// What bob's owner does with the streams that mallory opens. Everybody else is answered.
enum class Conduct { answers, keeps, drops };

struct Owner {
    Conduct conduct = Conduct::answers;
    std::size_t handed = 0;    ///< streams of mallory's
    std::size_t accepted = 0;  ///< connections of mallory's
    std::string close_reason;  ///< of the last that ended
    std::vector<Stream> kept;
};

inline Task<void> attend_mallory(SharedConnection connection, TaskGroup& group, Owner& owner)
{
    while (auto stream = co_await connection->accept_stream()) {
        ++owner.handed;
        if (owner.conduct == Conduct::answers) {
            group.spawn(serve_one(std::move(*stream), chunk));
        } else if (owner.conduct == Conduct::keeps) {
            owner.kept.push_back(std::move(*stream));
        }
    }
    owner.close_reason = connection->close_reason();
}

inline Task<void> accept_all(Endpoint& endpoint, PeerId mallory, TaskGroup& group, Owner& owner)
{
    while (auto connection = co_await endpoint.accept()) {
        if ((*connection)->peer() == mallory) {
            ++owner.accepted;
            group.spawn(attend_mallory(std::move(*connection), group, owner));
        } else {
            group.spawn(serve(std::move(*connection), group, chunk));
        }
    }
}

inline Task<void> attend(Endpoint& endpoint, PeerId mallory, Owner& owner)
{
    TaskGroup group(co_await asio::this_coro::executor, {});
    group.spawn(accept_all(endpoint, mallory, group, owner));
    co_await group.join();
}

inline Task<void> dial(Endpoint& endpoint, Address remote, PeerId expected, SharedConnection& connection)
{
    auto dialled = co_await endpoint.connect(remote, expected, soon());
    EXPECT_TRUE(dialled) << dialled.error().message;
    if (dialled) {
        connection = std::move(*dialled);
    }
}

inline std::string bytes(std::initializer_list<int> values) { return {values.begin(), values.end()}; }

/// Bob serves; alice was there before mallory came; carol comes after. Whatever mallory does in a test, at
/// its end both are served as ever, by the same process.
class HostilePeer : public TransportTest {
protected:
    static constexpr int chunks = 4;
    Identity mallory = Identity::ephemeral().value();
    Owner owner;
    bool attended = false;

    void SetUp() override
    {
        open();
        asio::co_spawn(io, attend(*bob, mallory.id(), owner),
                       [this](const std::exception_ptr&) { attended = true; });
        run(dial(*alice, loopback(bob->port()), bob_identity.id(), to_bob));
        ASSERT_TRUE(to_bob);
    }

    void TearDown() override
    {
        expect_honest_peers_are_served();
        owner.kept.clear();
        bob->close();
        while (!attended) {
            io.run_one();
        }
    }

    void expect_honest_peers_are_served()
    {
        int good = 0;
        fetch_all(to_bob, good);
        EXPECT_EQ(good, chunks) << "for a peer that was there before";
        const auto carol_identity = Identity::ephemeral().value();
        const auto carol = Endpoint::open(io.get_executor(), carol_identity, {.bind = loopback(0)}).value();
        SharedConnection connection;
        run(dial(*carol, loopback(bob->port()), bob_identity.id(), connection));
        ASSERT_TRUE(connection);
        good = 0;
        fetch_all(connection, good);
        EXPECT_EQ(good, chunks) << "for a peer that comes afterwards";
    }

    void fetch_all(const SharedConnection& connection, int& good)
    {
        for (unsigned i = 0; i < chunks; ++i) {
            run(fetch(connection, i, chunk, good));
        }
    }

    HostileClient::Options attack()
    {
        return {.port = bob->port(), .credentials = mallory.credentials()->handle, .meanwhile = [this] {
                    io.restart();
                    io.poll();
                }};
    }

    /// Waits until bob has taken what was sent to him, so that no socket buffer overflows.
    void wait_until_bob_has_received(std::uint64_t total)
    {
        const auto deadline = soon();
        while (bob->stats().bytes_received < total && Clock::now() < deadline) {
            std::this_thread::sleep_for(100us);
        }
        EXPECT_GE(bob->stats().bytes_received, total);
    }
};

}  // namespace lanspread::transport
