#include "api/control_client.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include "api/local_place.h"
#include "platform/paths.h"

namespace lanspread::api {

namespace {

/// A longer text is no Failure, and need not be parsed to know it.
constexpr std::size_t max_failure_size = 16 * 1024;

using Socket = asio::local::stream_protocol::socket;

std::unexpected<ControlError> own_fault(ErrorCode code, std::string message)
{
    return std::unexpected(ControlError{.error = {code, std::move(message)}});
}

std::unexpected<ControlError> nobody_there(const std::filesystem::path& state_folder)
{
    const auto folder = platform::to_utf8(state_folder);
    return std::unexpected(ControlError{
        .error =
            {ErrorCode::unavailable,
             fmt::format(
                 "no lanspread is running with state folder {0}: start one with `lanspread run --state {0}`",
                 folder)},
        .no_peer = true});
}

std::unexpected<ControlError> peer_ended()
{
    return std::unexpected(
        ControlError{.error = {ErrorCode::unavailable,
                               "the peer ended before it answered: see its log, and start it again"},
                     .no_peer = true});
}

}  // namespace

struct ControlConnection::Core {
    asio::io_context context{1};
    Socket socket{context};
    std::array<char, 64 * 1024> chunk{};
    std::string received;  ///< not yet handed out
    bool reading = false;
    bool ended = false;

    void start_reading()
    {
        reading = true;
        socket.async_read_some(asio::buffer(chunk),
                               [this](boost::system::error_code error, std::size_t size) {
                                   reading = false;
                                   ended = static_cast<bool>(error);
                                   received.append(chunk.data(), size);
                               });
    }

    /// Takes a whole frame from what was received; nothing where it is not all there.
    Answer<std::optional<std::string>> take_frame()
    {
        if (received.size() < frame_header_size) {
            return std::nullopt;
        }
        FrameHeader header{};
        std::copy_n(received.begin(), frame_header_size, header.begin());
        const auto size = frame_size(header);
        if (size == 0 || size > max_answer_size) {
            return own_fault(ErrorCode::invalid_input,
                             fmt::format("the peer's answer is a frame of {} bytes", size));
        }
        if (received.size() < frame_header_size + size) {
            return std::nullopt;
        }
        auto text = received.substr(frame_header_size, size);
        received.erase(0, frame_header_size + size);
        return text;
    }
};

ControlConnection::ControlConnection(std::unique_ptr<Core> core) : core_(std::move(core)) {}
ControlConnection::~ControlConnection() = default;
ControlConnection::ControlConnection(ControlConnection&& other) noexcept = default;

Answer<ControlConnection> ControlConnection::open(const std::filesystem::path& state_folder)
{
    const auto place = LocalPlace::in(state_folder);
    if (!place) {
        return place.error().code == ErrorCode::not_found ? nobody_there(state_folder)
                                                          : std::unexpected(ControlError{place.error()});
    }
    auto core = std::make_unique<Core>();
    boost::system::error_code error;
    core->socket.connect(place->endpoint(), error);
    if (error == boost::system::errc::no_such_file_or_directory || error == asio::error::connection_refused) {
        return nobody_there(state_folder);
    }
    if (error) {
        return own_fault(
            error == asio::error::access_denied ? ErrorCode::refused : ErrorCode::io,
            fmt::format("control socket {}: {}", platform::to_utf8(place->path()), error.message()));
    }
    return ControlConnection(std::move(core));
}

Answer<void> ControlConnection::send(const runtime::Command& command)
{
    const auto text = wire::encode(command, max_request_size);
    if (!text) {
        return std::unexpected(ControlError{text.error()});
    }
    const auto header = frame_header(static_cast<std::uint32_t>(text->size()));
    const std::array<asio::const_buffer, 2> frame{asio::buffer(header), asio::buffer(*text)};
    // Where the peer hung up instead of reading, it may still have said why: receiving will tell.
    boost::system::error_code ignored;
    asio::write(core_->socket, frame, ignored);
    return {};
}

Answer<std::optional<std::string>> ControlConnection::receive() { return receive_until(TimePoint::max()); }

Answer<std::optional<std::string>> ControlConnection::receive_until(TimePoint deadline)
{
    while (true) {
        auto frame = core_->take_frame();
        if (!frame || frame->has_value()) {
            return frame;
        }
        if (core_->ended) {
            return core_->received.empty() ? Answer<std::optional<std::string>>(std::nullopt) : peer_ended();
        }
        if (!core_->reading) {
            core_->start_reading();
        }
        core_->context.restart();
        if (core_->context.run_one_until(deadline) == 0) {
            return own_fault(ErrorCode::timed_out, "no answer yet");
        }
    }
}

Answer<void> ControlConnection::keep_over_exec()
{
    if (::fcntl(core_->socket.native_handle(), F_SETFD, 0) != 0) {
        return std::unexpected(ControlError{system_error("control socket", errno)});
    }
    return {};
}

Answer<std::string> ControlClient::ask_for_text(const runtime::Command& command) const
{
    auto connection = ControlConnection::open(state_folder_);
    if (!connection) {
        return std::unexpected(connection.error());
    }
    if (const auto sent = connection->send(command); !sent) {
        return std::unexpected(sent.error());
    }
    auto answer = connection->receive();
    if (!answer) {
        return std::unexpected(answer.error());
    }
    if (!*answer) {
        return peer_ended();
    }
    if (const auto failure = wire::decode<wire::Failure>(**answer, max_failure_size)) {
        return std::unexpected(ControlError{wire::to_error(*failure)});
    }
    return std::move(**answer);
}

Answer<ControlConnection> ControlClient::events(bool follow) const
{
    auto connection = ControlConnection::open(state_folder_);
    if (connection) {
        if (const auto sent = connection->send(runtime::GetEvents{.follow = follow}); !sent) {
            return std::unexpected(sent.error());
        }
    }
    return connection;
}

}  // namespace lanspread::api
