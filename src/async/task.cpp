#include "async/task.h"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

namespace lanspread {

bool is_cancellation(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

void throw_cancelled() { throw boost::system::system_error(asio::error::operation_aborted); }

std::string what(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception of unknown type";
    }
}

Task<void> sleep_until(TimePoint time)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

Task<void> sleep_for(Duration duration) { co_await sleep_until(Clock::now() + duration); }

}  // namespace lanspread
