#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "api/control_client.h"
#include "api/control_server.h"
#include "api/local_place.h"
#include "async/signal.h"
#include "async/testing.h"

/// For tests: a real server on a real socket in a temporary folder, on a thread of its own, with a handler
/// that plays a peer.
namespace lanspread::api {

/// Answers GetStatus with a name, GetGame with what the test sets, and Rescan only when released. Its methods
/// that the test calls while the server runs are thread-safe.
class FakeHandler : public CommandHandler {
public:
    explicit FakeHandler(Executor executor) : executor_(std::move(executor)) {}

    Task<Result<std::string>> answer(runtime::Command command) override
    {
        if (const auto* game = std::get_if<runtime::GetGame>(&command)) {
            co_return fail(ErrorCode::not_found, "nobody has " + game->game);
        }
        if (std::holds_alternative<runtime::GetGames>(command)) {
            co_return std::string(8'000'000, ' ');
        }
        if (std::holds_alternative<runtime::VerifyGame>(command)) {
            throw std::logic_error("a bug");
        }
        if (std::holds_alternative<runtime::Rescan>(command)) {
            ++waiting;
            co_await released_.wait();
        }
        co_return wire::encode(runtime::Status{.name = "quiet corner"});
    }
    std::shared_ptr<void> play(runtime::Play) override
    {
        ++players;
        return {nullptr, [this](void*) { --players; }};
    }
    std::vector<runtime::Event> recent_events() const override
    {
        return {{.sequence = 1, .kind = "peer_joined"}};
    }
    std::shared_ptr<void> subscribe(std::function<void(const runtime::Event&)> listener) override
    {
        listener_ = std::move(listener);
        ++subscribers;
        return {nullptr, [this](void*) {
                    listener_ = nullptr;
                    --subscribers;
                }};
    }

    void emit(runtime::Event event)
    {
        asio::post(executor_, [this, event = std::move(event)] {
            if (listener_) {
                listener_(event);
            }
        });
    }
    void release()
    {
        asio::post(executor_, [this] { released_.notify_all(); });
    }

    std::atomic<int> waiting = 0;
    std::atomic<int> subscribers = 0;
    std::atomic<int> players = 0;

private:
    Executor executor_;
    Signal released_;
    std::function<void(const runtime::Event&)> listener_;
};

/// Connects, and says what no client says.
class RawClient {
public:
    explicit RawClient(const std::filesystem::path& folder)
    {
        const auto place = LocalPlace::in(folder);
        socket_.connect(place->endpoint());
    }
    void say(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
    void hang_up() { socket_.close(); }
    /// All that comes until the server hangs up.
    std::string answer()
    {
        std::string bytes;
        boost::system::error_code error;
        asio::read(socket_, asio::dynamic_buffer(bytes), error);
        return bytes;
    }

private:
    asio::io_context context_;
    asio::local::stream_protocol::socket socket_{context_};
};

class ControlTest : public ::testing::Test {
protected:
    void TearDown() override
    {
        stop();
        std::filesystem::remove_all(folder_);
    }

    void start(ControlServer::Limits limits = {})
    {
        server_ = std::make_unique<ControlServer>(context_.get_executor(), handler_, folder_, limits);
        const auto opened = server_->open();
        ASSERT_TRUE(opened) << opened.error().message;
        group_ = std::make_unique<TaskGroup>(context_.get_executor(), token_);
        group_->spawn(server_->run());
        thread_ = std::jthread([this] { testing::run_to_end(context_, group_->join()); });
    }
    void stop()
    {
        token_.cancel();
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    static void wait_until(const std::function<bool()>& condition)
    {
        const auto deadline = Clock::now() + testing::patience;
        while (!condition()) {
            ASSERT_LT(Clock::now(), deadline);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    void expect_service()
    {
        EXPECT_EQ(client().ask<runtime::Status>(runtime::GetStatus{})->name, "quiet corner");
    }
    ControlClient client() { return ControlClient(folder_); }
    RawClient raw_client() { return RawClient(folder_); }

    static std::filesystem::path make_folder()
    {
        auto name = (std::filesystem::temp_directory_path() / "lanspread-control-XXXXXX").string();
        return ::mkdtemp(name.data());
    }

    std::filesystem::path folder_ = make_folder();
    asio::io_context context_;
    CancellationToken token_;
    FakeHandler handler_{context_.get_executor()};
    std::unique_ptr<ControlServer> server_;
    std::unique_ptr<TaskGroup> group_;
    std::jthread thread_;
};

}  // namespace lanspread::api
