// One question to one host, from a port of its own: answers to it reach this process, whoever else shares
// the beacon's port, and pass a firewall that lets answers in.

#include "discovery/beacon.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>

#include <fmt/format.h>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lanspread::discovery {

namespace {

using asio::ip::udp;

/// Then it is asked again, from another port: where several peers share the port there, maybe of another one.
constexpr std::chrono::milliseconds patience{300};

udp::endpoint endpoint_of(const Address& host)
{
    if (host.is_v4()) {
        std::array<std::uint8_t, 4> ip{};
        std::copy_n(host.ip.begin() + 12, ip.size(), ip.begin());
        return {asio::ip::address_v4(ip), beacon_port};
    }
    return {asio::ip::address_v6(host.ip, host.scope), beacon_port};
}

/// Sends `question` to `host` and gives what comes back first; nothing where nothing does before `deadline`.
Task<Result<std::optional<Bytes>>> exchange(Executor executor, udp::endpoint host, Bytes question,
                                            TimePoint deadline)
{
    const auto socket = std::make_shared<udp::socket>(executor);
    boost::system::error_code error;
    socket->open(host.protocol(), error);
    if (!error) {
        socket->connect(host, error);  // others' packets do not come in then
    }
    if (!error) {
        socket->send(asio::buffer(question.data(), question.size()), 0, error);
    }
    if (error) {
        co_return fail(ErrorCode::unavailable, error.message());
    }
    asio::steady_timer timer(executor, deadline);
    timer.async_wait([socket](boost::system::error_code) {
        boost::system::error_code ignored;
        socket->close(ignored);
    });
    Bytes answer(max_beacon_size + 1);
    const auto size = co_await socket->async_receive(asio::buffer(answer.data(), answer.size()),
                                                     asio::redirect_error(asio::use_awaitable, error));
    answer.resize(size);
    if (error == asio::error::connection_refused) {
        co_return fail(ErrorCode::unavailable, "nothing there listens for beacons");
    }
    co_return error ? std::nullopt : std::optional(std::move(answer));
}

}  // namespace

Task<Result<Sighting>> Beacon::ask(Address host, TimePoint deadline)
{
    std::string reason = "no answer";
    while (Clock::now() < deadline) {
        const auto next_try = std::min(deadline, Clock::now() + patience);
        auto question = engine_.question(Clock::now());
        if (!question) {
            co_return fail(question.error());
        }
        const auto answer = co_await exchange(executor_, endpoint_of(host), question->bytes, next_try);
        if (answer && *answer) {
            if (auto sighting = engine_.read_answer(**answer, question->sequence, host)) {
                co_return std::move(*sighting);
            }
        } else if (!answer) {
            reason = answer.error().message;
        }
        co_await sleep_until(next_try);
    }
    const bool is_this_pc = host.is_loopback() || std::ranges::any_of(links_, [&host](const Link& link) {
                                return link.is_own(host);
                            });
    if (is_this_pc) {
        co_return fail(ErrorCode::unavailable,
                       fmt::format("{}: that is this PC, and no other lanspread runs on it", host.ip_text()));
    }
    co_return fail(
        ErrorCode::unavailable,
        fmt::format("{} at UDP port {} of {}: is lanspread running there, and discovery not switched "
                    "off? Otherwise name its port, too (`lanspread status` there shows it)",
                    reason, beacon_port, host.ip_text()));
}

}  // namespace lanspread::discovery
