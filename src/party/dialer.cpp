#include "party/dialer.h"

#include <chrono>

#include <fmt/format.h>

#include "async/signal.h"
#include "async/task_group.h"

namespace lanspread::party {

namespace {

/// RFC 8305 §5 wants 100 ms to 2 s, for the Internet; in a LAN an answer takes a millisecond.
constexpr std::chrono::milliseconds stagger{75};

class Race {
public:
    Race(Executor executor, transport::Endpoint& endpoint, DialRequest request, TimePoint deadline)
        : endpoint_(endpoint),
          request_(std::move(request)),
          deadline_(deadline),
          group_(std::move(executor), {})
    {
    }

    Task<Result<transport::SharedConnection>> run()
    {
        const auto start = Clock::now();
        for (std::size_t index = 0; index < request_.addresses.size(); ++index) {
            group_.spawn(attempt(index, start + stagger * index));
        }
        co_await group_.join();
        if (winner_) {
            co_return std::move(winner_);
        }
        co_return fail(failure_.value_or(Error{ErrorCode::unavailable, "no address is known"}));
    }

private:
    Task<void> attempt(std::size_t index, TimePoint start)
    {
        while (Clock::now() < start && failed_ < index) {
            co_await has_failed_.wait_until(start);
        }
        auto connection = co_await endpoint_.connect(request_.addresses[index], request_.expected, deadline_);
        if (connection) {
            if (!winner_) {
                winner_ = std::move(*connection);
            }
            group_.cancel();
            co_return;
        }
        // That somebody answers, but not the one expected, tells less than that nobody does: the address may
        // be an old one.
        if (!failure_ || failure_->code == ErrorCode::refused) {
            failure_ = std::move(connection).error();
        }
        ++failed_;
        has_failed_.notify_all();
    }

    transport::Endpoint& endpoint_;
    DialRequest request_;
    TimePoint deadline_;
    transport::SharedConnection winner_;
    std::optional<Error> failure_;
    std::size_t failed_ = 0;
    Signal has_failed_;
    TaskGroup group_;
};

}  // namespace

Task<Result<transport::SharedConnection>> dial_first(transport::Endpoint& endpoint, DialRequest request,
                                                     TimePoint deadline)
{
    Race race(co_await asio::this_coro::executor, endpoint, std::move(request), deadline);
    co_return co_await race.run();
}

}  // namespace lanspread::party
