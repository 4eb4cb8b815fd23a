#include "api/control_server.h"

#include <fmt/format.h>
#include <boost/asio/redirect_error.hpp>

#include "api/control_protocol.h"
#include "api/event_stream.h"
#include "api/local_place.h"
#include "base/log.h"
#include "platform/paths.h"
#include "wire/codec.h"

namespace lanspread::api {

namespace {

std::string failure_text(const Error& error)
{
    return wire::encode(wire::to_failure(error))
        .value_or(R"({"type":"Failure","code":"internal","message":""})");
}

}  // namespace

/// The listening socket and its name, which go together.
class ControlServer::Listener {
public:
    Listener(const Executor& executor, LocalPlace its_place) : acceptor(executor), place(std::move(its_place))
    {
    }
    ~Listener()
    {
        std::error_code ignored;
        std::filesystem::remove(place.path(), ignored);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    Result<void> open()
    {
        boost::system::error_code error;
        acceptor.open({}, error);
        if (!error) {
            std::error_code ignored;
            std::filesystem::remove(place.path(), ignored);  // where it cannot, binding says why
            acceptor.bind(place.endpoint(), error);
        }
        if (!error) {
            // Between binding and listening nobody can connect, so nobody slips in before the mode is set.
            std::error_code not_set;
            std::filesystem::permissions(
                place.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                not_set);
            error = not_set;
        }
        if (!error) {
            acceptor.listen(asio::socket_base::max_listen_connections, error);
        }
        if (error) {
            return fail(ErrorCode::io, fmt::format("control socket {}: {}", platform::to_utf8(place.path()),
                                                   error.message()));
        }
        return {};
    }

    asio::basic_socket_acceptor<asio::local::stream_protocol, Executor> acceptor;
    LocalPlace place;
};

ControlServer::ControlServer(Executor executor, CommandHandler& handler, std::filesystem::path state_folder,
                             Limits limits)
    : executor_(std::move(executor)),
      handler_(handler),
      state_folder_(std::move(state_folder)),
      limits_(limits)
{
}

ControlServer::ControlServer(Executor executor, CommandHandler& handler, std::filesystem::path state_folder)
    : ControlServer(std::move(executor), handler, std::move(state_folder), Limits{})
{
}

ControlServer::~ControlServer() = default;

std::filesystem::path ControlServer::path() const { return state_folder_ / socket_name; }

Result<void> ControlServer::open()
{
    auto place = LocalPlace::in(state_folder_);
    if (!place) {
        return fail(std::move(place).error());
    }
    auto listener = std::make_unique<Listener>(executor_, std::move(*place));
    const auto opened = listener->open();
    if (opened) {
        listener_ = std::move(listener);
    }
    return opened;
}

Task<void> ControlServer::run()
{
    if (!listener_) {
        if (const auto opened = open(); !opened) {
            throw std::runtime_error(opened.error().message);
        }
    }
    const auto listener = std::exchange(listener_, nullptr);  // the socket goes with this coroutine
    TaskGroup connections(executor_, CancellationToken());
    connections.spawn(accept(&connections, listener.get()));
    co_await connections.join();
}

Task<void> ControlServer::accept(TaskGroup* connections, Listener* listener)
{
    while (true) {
        boost::system::error_code error;
        auto socket =
            co_await listener->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) {
            throw_cancelled();
        }
        if (error) {
            log::warning("api", "the control socket accepts nobody for a second: {}", error.message());
            co_await sleep_for(std::chrono::seconds(1));
            continue;
        }
        auto asker = std::make_shared<FrameSocket>(std::move(socket));
        if (connections->running() > limits_.connections) {  // this coroutine is one of them
            asker->try_write(failure_text({ErrorCode::refused, "too many commands at once: try again"}));
            continue;
        }
        connections->spawn(serve(std::move(asker)));
    }
}

Task<void> ControlServer::serve(std::shared_ptr<FrameSocket> socket)
{
    auto request = co_await socket->read(max_request_size, limits_.request);
    if (!request) {
        if (request.error().code == ErrorCode::invalid_input) {
            (void)co_await socket->write(failure_text(request.error()), limits_.answer);
        }
        co_return;
    }
    auto command = wire::decode<runtime::Command>(*request);
    if (!command) {
        (void)co_await socket->write(failure_text(command.error()), limits_.answer);
        co_return;
    }
    if (const auto* events = std::get_if<runtime::GetEvents>(&*command)) {
        EventStream stream(executor_, handler_, socket, limits_.answer);
        co_await stream.run(events->follow);
        co_return;
    }
    if (auto* play = std::get_if<runtime::Play>(&*command)) {
        co_await serve_player(std::move(socket), std::move(*play));
        co_return;
    }
    auto answer = co_await ask_handler(std::move(*command));
    (void)co_await socket->write(answer ? std::move(*answer) : failure_text(answer.error()), limits_.answer);
}

/// The connection is what tells that somebody plays: however the player's process ends, that ends with it.
Task<void> ControlServer::serve_player(std::shared_ptr<FrameSocket> socket, runtime::Play command)
{
    const auto playing = handler_.play(std::move(command));
    auto answer = co_await ask_handler(runtime::GetStatus{});
    const auto written =
        co_await socket->write(answer ? std::move(*answer) : failure_text(answer.error()), limits_.answer);
    if (written) {
        co_await socket->hung_up();
    }
}

Task<Result<std::string>> ControlServer::ask_handler(runtime::Command command)
{
    std::exception_ptr exception;
    try {
        co_return co_await handler_.answer(std::move(command));
    } catch (...) {
        exception = std::current_exception();
    }
    if (is_cancellation(exception)) {
        std::rethrow_exception(exception);
    }
    // A bug in one command must not take the socket from all others.
    log::error("api", "a command failed: {}", what(exception));
    co_return fail(ErrorCode::internal, what(exception));
}

}  // namespace lanspread::api
