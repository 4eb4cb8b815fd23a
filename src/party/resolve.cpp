#include "party/resolve.h"

#include <memory>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "async/one_shot.h"

namespace lanspread::party {

namespace {

using Addresses = std::vector<Address>;

Address to_address(const asio::ip::udp::endpoint& endpoint)
{
    const auto ip = endpoint.address();
    if (ip.is_v4()) {
        return Address::v4(ip.to_v4().to_bytes(), endpoint.port());
    }
    return {.ip = ip.to_v6().to_bytes(),
            .port = endpoint.port(),
            .scope = static_cast<std::uint32_t>(ip.to_v6().scope_id())};
}

Result<Addresses> look_up(const HostPort& target)
{
    asio::io_context context;
    boost::system::error_code error;
    const auto found =
        asio::ip::udp::resolver(context).resolve(target.host, std::to_string(target.port), error);
    if (error) {
        return fail(ErrorCode::not_found, fmt::format("host '{}': {}", target.host, error.message()));
    }
    Addresses addresses;
    for (const auto& entry : found) {
        addresses.push_back(to_address(entry.endpoint()));
    }
    return addresses;
}

/// Hands the result of a thread that nobody joins to a coroutine that may be gone by then, and its executor
/// with it.
class HandOver {
public:
    explicit HandOver(std::shared_ptr<OneShot<Result<Addresses>>> result) : result_(std::move(result)) {}

    void deliver(Result<Addresses> addresses)
    {
        const std::lock_guard lock(mutex_);
        if (result_) {
            result_->set(std::move(addresses));
        }
    }

    void abandon()
    {
        const std::lock_guard lock(mutex_);
        result_.reset();
    }

private:
    std::mutex mutex_;
    std::shared_ptr<OneShot<Result<Addresses>>> result_;
};

/// Abandons at the end of the scope.
class Receiver {
public:
    explicit Receiver(std::shared_ptr<HandOver> hand_over) : hand_over_(std::move(hand_over)) {}
    ~Receiver() { hand_over_->abandon(); }
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

private:
    std::shared_ptr<HandOver> hand_over_;
};

}  // namespace

Task<Result<std::vector<Address>>> resolve(HostPort target, TimePoint deadline)
{
    boost::system::error_code not_numeric;
    const auto numeric = asio::ip::make_address(target.host, not_numeric);
    if (!not_numeric) {
        co_return std::vector{to_address({numeric, target.port})};
    }
    const auto result = OneShot<Result<Addresses>>::make(co_await asio::this_coro::executor);
    const auto hand_over = std::make_shared<HandOver>(result);
    const Receiver receiver(hand_over);
    std::thread([hand_over, target] { hand_over->deliver(look_up(target)); }).detach();
    auto addresses = co_await result->get_until(deadline);
    if (!addresses) {
        co_return fail(ErrorCode::timed_out,
                       fmt::format("host '{}': its name server does not answer", target.host));
    }
    co_return std::move(*addresses);
}

}  // namespace lanspread::party
