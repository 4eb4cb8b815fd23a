#include "discovery/flood_gate.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr double bytes_a_second = 1e6;
constexpr double max_debt = 1e6;
constexpr double bytes_a_packet = 500;  // what a packet costs beside its bytes
/// Who has to wait, waits until some packets may be read at once.
constexpr double step = 50'000;

}  // namespace

Duration FloodGate::after_packet(std::size_t size, TimePoint now)
{
    const double paid = Seconds(now - since_).count() * bytes_a_second;
    since_ = now;
    debt_ = std::max(0.0, debt_ - paid) + static_cast<double>(size) + bytes_a_packet;
    if (debt_ <= max_debt) {
        return Duration(0);
    }
    return std::chrono::duration_cast<Duration>(Seconds((debt_ - max_debt + step) / bytes_a_second));
}

}  // namespace lanspread::discovery
