#include "async/signal.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lanspread {

/// A suspended caller: its timer, and its place in the list, which it gives back however its wait ends.
class Signal::Waiter {
public:
    Waiter(Signal& signal, const Executor& executor, TimePoint deadline)
        : timer(executor, deadline),
          signal_(&signal),
          place_(signal.waiters_.insert(signal.waiters_.end(), this))
    {
    }
    ~Waiter()
    {
        if (signal_ != nullptr) {
            signal_->waiters_.erase(place_);
        }
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// The signal is gone before us: there is no place to give back.
    void forget_signal() { signal_ = nullptr; }

    asio::steady_timer timer;

private:
    Signal* signal_;
    std::list<Waiter*>::iterator place_;
};

Signal::~Signal()
{
    for (auto* waiter : waiters_) {
        waiter->forget_signal();
    }
}

Task<bool> Signal::wait_until(TimePoint deadline)
{
    Waiter waiter(*this, co_await asio::this_coro::executor, deadline);
    boost::system::error_code error;
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    // notify_all and cancellation both end the timer's wait early; only the second is an exception.
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
        throw_cancelled();
    }
    co_return error == asio::error::operation_aborted;
}

Task<void> Signal::wait() { co_await wait_until(TimePoint::max()); }

void Signal::notify_all()
{
    for (auto* waiter : waiters_) {
        waiter->timer.cancel();
    }
}

}  // namespace lanspread
