#include "party/dialer.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "async/signal.h"
#include "async/task_group.h"

namespace lanspread::party {

namespace {

constexpr std::chrono::milliseconds stagger{250};
/// For an address that is answered to get through the handshake, before the next is tried beside it; or as
/// many times as long as a dial typically takes, where that is more.
constexpr std::chrono::seconds handshake_patience{1};
constexpr int typical_dials_of_handshake = 4;

class Race {
public:
    Race(Executor executor, transport::Endpoint& endpoint, DialRequest request, TimePoint deadline)
        : endpoint_(endpoint),
          request_(std::move(request)),
          start_(Clock::now()),
          deadline_(deadline),
          group_(std::move(executor), {})
    {
    }

    Task<Dialled> run()
    {
        for (std::size_t index = 0; index < request_.addresses.size(); ++index) {
            group_.spawn(attempt(index));
        }
        co_await group_.join();
        if (winner_) {
            result_.connection = std::move(winner_);
        } else {
            result_.connection =
                fail(failure_.value_or(Error{ErrorCode::unavailable, "no address is known"}));
        }
        co_return std::move(result_);
    }

private:
    Task<void> attempt(std::size_t index)
    {
        const auto due =
            start_ + start_of(index, request_.addresses.size(), deadline_ - start_, request_.typical);
        while (failed_ < index && Clock::now() < std::max(due, held_until_)) {
            co_await changed_.wait_until(std::max(due, held_until_));
        }
        const auto progress = std::make_shared<transport::DialProgress>();
        TaskGroup watch(co_await asio::this_coro::executor, {});
        watch.spawn(hold_back(progress));
        watch.spawn(dial(index, progress, &watch));
        co_await watch.join();
    }

    Task<void> dial(std::size_t index, std::shared_ptr<transport::DialProgress> progress, TaskGroup* watch)
    {
        const auto address = request_.addresses[index];
        auto connection = co_await endpoint_.connect(address, request_.expected, deadline_, progress);
        watch->cancel();
        if (connection) {
            if (!winner_) {
                winner_ = std::move(*connection);
            }
            group_.cancel();
            co_return;
        }
        if (connection.error().code == ErrorCode::exists) {
            result_.own_key.push_back(address);
            connection = fail(ErrorCode::refused, connection.error().message);
        }
        // That somebody answers, but not the one expected, tells less than that nobody does: the address may
        // be an old one.
        if (!failure_ || failure_->code == ErrorCode::refused) {
            failure_ = std::move(connection).error();
        }
        ++failed_;
        held_until_ = {};
        changed_.notify_all();
    }

    Task<void> hold_back(std::shared_ptr<transport::DialProgress> progress)
    {
        while (!progress->is_answered) {
            co_await progress->changed.wait();
        }
        const auto patience =
            std::max<Duration>(handshake_patience, typical_dials_of_handshake * request_.typical);
        held_until_ = std::max(held_until_, Clock::now() + patience);
    }

    transport::Endpoint& endpoint_;
    DialRequest request_;
    TimePoint start_;
    TimePoint deadline_;
    TimePoint held_until_;  ///< no further address before that
    transport::SharedConnection winner_;
    Dialled result_{.connection = nullptr};
    std::optional<Error> failure_;
    std::size_t failed_ = 0;
    Signal changed_;  ///< one has failed
    TaskGroup group_;
};

}  // namespace

Duration start_of(std::size_t index, std::size_t count, Duration patience, Duration typical)
{
    const auto pauses = static_cast<Duration::rep>(std::max<std::size_t>(count, 2) - 1);
    const auto pause = std::max<Duration>(stagger, 2 * typical);
    return std::min<Duration>(pause, patience / 2 / pauses) * static_cast<Duration::rep>(index);
}

Task<Dialled> dial_first(transport::Endpoint& endpoint, DialRequest request, TimePoint deadline)
{
    Race race(co_await asio::this_coro::executor, endpoint, std::move(request), deadline);
    co_return co_await race.run();
}

}  // namespace lanspread::party
