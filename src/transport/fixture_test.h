#pragma once

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "transport/endpoint.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

/// For the tests of this folder: two endpoints, and peers that ask for chunks and answer.
namespace lanspread::transport {

using namespace std::chrono_literals;

inline TimePoint soon() { return Clock::now() + 10s; }

inline Address loopback(std::uint16_t port) { return Address::v4({127, 0, 0, 1}, port); }

/// Two endpoints in this process, and a loop to run a test's coroutine on.
class TransportTest : public testing::Test {
protected:
    asio::io_context io{1};
    Identity alice_identity = Identity::ephemeral().value();
    Identity bob_identity = Identity::ephemeral().value();
    std::unique_ptr<Endpoint> alice;
    std::unique_ptr<Endpoint> bob;
    SharedConnection to_bob;
    SharedConnection to_alice;

    void open(Endpoint::Options options = {}, Address bind = loopback(0))
    {
        options.bind = bind;
        alice = Endpoint::open(io.get_executor(), alice_identity, options).value();
        bob = Endpoint::open(io.get_executor(), bob_identity, options).value();
    }

    void run(Task<void> task)
    {
        std::exception_ptr failure;
        bool done = false;
        asio::co_spawn(io, std::move(task), [&](std::exception_ptr exception) {
            failure = exception;
            done = true;
        });
        io.restart();
        while (!done) {
            io.run_one();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    Task<void> connect(Address bob_address = {})
    {
        if (bob_address.port == 0) {
            bob_address = loopback(bob->port());
        }
        auto dialled = co_await alice->connect(bob_address, bob_identity.id(), soon());
        EXPECT_TRUE(dialled) << dialled.error().message;
        if (!dialled) {
            throw std::runtime_error("not connected");
        }
        to_bob = std::move(*dialled);
        to_alice = *co_await bob->accept();
    }
};

inline SharedBuffer pattern(std::size_t size, unsigned seed)
{
    auto buffer = std::make_shared<Buffer>(size);
    std::uint32_t value = seed * 2654435761U + 1;
    for (auto& byte : buffer->span()) {
        value = value * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(value >> 24);
    }
    return buffer;
}

inline bool same(const SharedBuffer& one, const SharedBuffer& other)
{
    return std::ranges::equal(one->span(), other->span());
}

/// Answers a request for chunk N with its pattern.
inline Task<void> serve_one(Stream stream, std::size_t size)
{
    const auto request = co_await stream.read_frame(100, soon());
    if (!request) {
        co_return;
    }
    const auto seed = static_cast<unsigned>(std::stoul(*request));
    static_cast<void>(co_await stream.write_frame("data", soon()));
    static_cast<void>(co_await stream.write(pattern(size, seed), size, soon(), Stream::Then::finish));
}

inline Task<void> serve(SharedConnection connection, TaskGroup& group, std::size_t size)
{
    while (auto stream = co_await connection->accept_stream()) {
        group.spawn(serve_one(std::move(*stream), size));
    }
}

inline Task<void> fetch(SharedConnection connection, unsigned seed, std::size_t size, int& good)
{
    auto stream = co_await connection->open_stream(soon());
    EXPECT_TRUE(stream);
    EXPECT_TRUE(co_await stream->write_frame(std::to_string(seed), soon(), Stream::Then::finish));
    const auto answer = co_await stream->read_frame(100, soon());
    EXPECT_EQ(answer.value_or("nothing"), "data");
    auto buffer = std::make_shared<Buffer>(size);
    const auto read = co_await stream->read_exactly(buffer, size, soon());
    EXPECT_TRUE(read) << read.error().message;
    good += read && same(buffer, pattern(size, seed)) ? 1 : 0;
}

}  // namespace lanspread::transport
