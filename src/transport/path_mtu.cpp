#include "transport/path_mtu.h"

#include <algorithm>
#include <array>

namespace lanspread::transport {

namespace {

using namespace std::chrono_literals;

// Ethernet with IPv6, Ethernet with IPv4, a common storage network, jumbo with IPv6, jumbo with IPv4; then
// what the route takes.
constexpr std::array<std::size_t, 5> usual_sizes{1452, 1472, 4052, 8952, 8972};
constexpr unsigned attempts_per_round = 4;
constexpr auto between_attempts = 100ms;
constexpr auto between_rounds = 5min;

}  // namespace

PathMtu::PathMtu(std::size_t limit) : limit_(std::max(limit, base)) {}

std::vector<std::size_t> PathMtu::probes_due(TimePoint now)
{
    std::vector<std::size_t> sizes;
    if (now < next_probe_) {
        return sizes;
    }
    for (const auto size : usual_sizes) {
        if (size > current_ && size < limit_) {
            sizes.push_back(size);
        }
    }
    if (limit_ > current_) {
        sizes.push_back(limit_);
    }
    const bool round_ends = ++attempts_ % attempts_per_round == 0 || sizes.empty();
    next_probe_ = now + (round_ends ? Duration(between_rounds) : Duration(between_attempts));
    return sizes;
}

void PathMtu::on_answer(std::size_t size)
{
    if (size <= limit_) {
        current_ = std::max(current_, size);
    }
}

void PathMtu::on_black_hole(TimePoint now)
{
    current_ = base;
    attempts_ = 0;
    next_probe_ = now + between_attempts;
}

}  // namespace lanspread::transport
