#include "transport/endpoint.h"

#include <thread>

#include <boost/asio/executor_work_guard.hpp>

#include "base/log.h"
#include "transport/endpoint_core.h"

namespace lanspread::transport {

struct Endpoint::Core {
    Core(Executor its_owner, const Identity& identity, UdpSocket socket, Options options)
        : owner(std::move(its_owner)),
          port(socket.port()),
          loop(std::make_shared<NetworkLoop>()),
          incoming(std::make_shared<Queue<SharedConnection>>()),
          network(loop, owner, identity, std::move(socket), options,
                  [executor = owner, queue = incoming](const std::shared_ptr<QuicConnection>& accepted) {
                      // The handle is made on the owner's thread, where it lives and dies.
                      asio::post(executor, [queue, shared = accepted->shared()] {
                          queue->push(std::make_shared<Connection>(shared));
                      });
                  }),
          work(asio::make_work_guard(loop->io))
    {
        network.start();
        thread = std::thread([this] {
            sharpen_timers_of_this_thread();
            run();
        });
    }

    /// What is thrown here is out of memory or a bug: it costs what was being done, not the other
    /// connections.
    void run()
    {
        while (!loop->io.stopped()) {
            try {
                loop->io.run();
            } catch (const std::exception& exception) {
                log::error("transport", "on the network thread: {}", exception.what());
            }
        }
    }

    void close()
    {
        if (!thread.joinable()) {
            return;
        }
        asio::post(loop->io, [this] {
            network.close_all({ErrorCode::unavailable, "the peer has ended"});
            work.reset();
            loop->io.stop();
        });
        thread.join();
        loop->io.restart();
        loop->io.poll();  // what was posted meanwhile gets its answer
        incoming->close();
    }

    Executor owner;
    std::uint16_t port;
    std::shared_ptr<NetworkLoop> loop;
    std::shared_ptr<Queue<SharedConnection>> incoming;
    NetworkSide network;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    std::thread thread;
};

Endpoint::Endpoint(std::unique_ptr<Core> core) : core_(std::move(core)) {}

Endpoint::~Endpoint() { close(); }

Result<std::unique_ptr<Endpoint>> Endpoint::open(Executor owner, const Identity& identity, Options options)
{
    auto socket = UdpSocket::open(options.bind);
    if (!socket) {
        return fail(socket.error());
    }
    return std::unique_ptr<Endpoint>(
        new Endpoint(std::make_unique<Core>(std::move(owner), identity, std::move(*socket), options)));
}

Task<Result<SharedConnection>> Endpoint::connect(Address remote, std::optional<PeerId> expected,
                                                 TimePoint deadline, std::shared_ptr<DialProgress> progress)
{
    if (!core_->thread.joinable()) {
        co_return fail(ErrorCode::unavailable, "the endpoint is closed");
    }
    auto dialled = OneShot<Result<SharedConnection>>::make(core_->owner);
    asio::post(core_->loop->io, [&network = core_->network, remote, expected, dialled, progress] {
        network.dial(remote, expected, dialled, progress);
    });
    auto connection = co_await dialled->get_until(deadline);
    if (!connection) {
        co_return fail(ErrorCode::timed_out, fmt::format("{} did not answer", remote.text()));
    }
    if (!*connection) {
        co_return fail(connection->error().in(remote.text()));
    }
    co_return std::move(*connection);
}

Task<std::optional<SharedConnection>> Endpoint::accept()
{
    const auto incoming = core_->incoming;
    co_return co_await incoming->pop();
}

void Endpoint::set_background(bool is_background)
{
    asio::post(core_->loop->io,
               [&socket = core_->network.socket(), is_background] { socket.set_background(is_background); });
}

void Endpoint::close() { core_->close(); }

std::uint16_t Endpoint::port() const { return core_->port; }

std::string_view Endpoint::cipher() const { return core_->network.ciphers().name(); }

EndpointStats Endpoint::stats() const
{
    const auto& stats = core_->network.stats();
    return {stats.sent.load(), stats.received.load()};
}

}  // namespace lanspread::transport
