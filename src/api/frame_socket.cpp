#include "api/frame_socket.h"

#include <array>

#include <fmt/format.h>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "api/control_protocol.h"

namespace lanspread::api {

/// Closes the socket after a time, unless it is destroyed before.
class FrameSocket::Deadline {
public:
    Deadline(const std::shared_ptr<FrameSocket>& owner, Duration patience)
        : timer_(owner->socket_.get_executor(), patience)
    {
        timer_.async_wait(
            [weak = std::weak_ptr(owner), passed = std::weak_ptr(passed_)](boost::system::error_code) {
                const auto socket = weak.lock();
                const auto deadline =
                    passed.lock();  // gone where the deadline was dropped: then there is nothing to close
                if (socket && deadline) {
                    *deadline = true;
                    boost::system::error_code ignored;
                    socket->socket_.close(ignored);
                }
            });
    }
    [[nodiscard]] bool has_passed() const { return *passed_; }

private:
    asio::steady_timer timer_;
    std::shared_ptr<bool> passed_ = std::make_shared<bool>(false);
};

Task<Result<std::string>> FrameSocket::read(std::size_t max_size, Duration patience)
{
    const Deadline deadline(shared_from_this(), patience);
    boost::system::error_code error;
    FrameHeader header{};
    co_await asio::async_read(socket_, asio::buffer(header),
                              asio::redirect_error(asio::use_awaitable, error));
    std::string text;
    if (!error) {
        const auto size = frame_size(header);
        if (size == 0 || size > max_size) {
            co_return fail(ErrorCode::invalid_input,
                           fmt::format("a frame of {} bytes: a request has 1 to {}", size, max_size));
        }
        text.resize(size);
        co_await asio::async_read(socket_, asio::buffer(text),
                                  asio::redirect_error(asio::use_awaitable, error));
    }
    if (deadline.has_passed()) {
        co_return fail(ErrorCode::timed_out, "the request did not come in time");
    }
    if (error) {
        co_return fail(ErrorCode::unavailable, "the asker hung up: " + error.message());
    }
    co_return text;
}

Task<Result<void>> FrameSocket::write(std::string text, Duration patience)
{
    const Deadline deadline(shared_from_this(), patience);
    const auto header = frame_header(static_cast<std::uint32_t>(text.size()));
    const std::array<asio::const_buffer, 2> frame{asio::buffer(header), asio::buffer(text)};
    boost::system::error_code error;
    co_await asio::async_write(socket_, frame, asio::redirect_error(asio::use_awaitable, error));
    if (deadline.has_passed()) {
        co_return fail(ErrorCode::timed_out, "the asker does not read its answer");
    }
    if (error) {
        co_return fail(ErrorCode::unavailable, "the asker hung up: " + error.message());
    }
    co_return Result<void>{};
}

void FrameSocket::try_write(std::string_view text)
{
    const auto header = frame_header(static_cast<std::uint32_t>(text.size()));
    const std::array<asio::const_buffer, 2> frame{asio::buffer(header), asio::buffer(text)};
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.write_some(frame, ignored);
}

Task<void> FrameSocket::hung_up()
{
    std::array<char, 256> ignored{};
    boost::system::error_code error;
    while (!error) {
        co_await socket_.async_read_some(asio::buffer(ignored),
                                         asio::redirect_error(asio::use_awaitable, error));
    }
}

}  // namespace lanspread::api
