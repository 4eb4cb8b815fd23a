#include "async/signal.h"

#include <boost/asio/redirect_error.hpp>

namespace lanspread {

namespace {

/// A waiter's place in the list, given back however its wait ends.
class Place {
public:
    Place(std::list<asio::steady_timer*>& list, asio::steady_timer& timer)
        : list_(list), position_(list.insert(list.end(), &timer))
    {
    }
    ~Place() { list_.erase(position_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::list<asio::steady_timer*>& list_;
    std::list<asio::steady_timer*>::iterator position_;
};

}  // namespace

Task<bool> Signal::wait_until(TimePoint deadline)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
    const Place place(waiters_, timer);
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    // notify_all and cancellation both end the timer's wait early; only the second is an exception.
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
        throw_cancelled();
    }
    co_return error == asio::error::operation_aborted;
}

Task<void> Signal::wait()
{
    co_await wait_until(TimePoint::max());
}

void Signal::notify_all()
{
    for (auto* timer : waiters_) {
        timer->cancel();
    }
}

}  // namespace lanspread
