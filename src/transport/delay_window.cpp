#include "transport/delay_window.h"

#include <algorithm>

namespace lanspread::transport {

void DelayWindow::on_sample(const Sample& sample, TimePoint now)
{
    if (sample.round_trip == last_round_trip_) {
        return;
    }
    last_round_trip_ = sample.round_trip;
    least_ = std::min(least_, sample.round_trip);
    most_in_flight_ = std::max(most_in_flight_, sample.bytes_in_flight);
    if (now < round_ends_) {
        return;
    }
    const auto delay = std::max(least_ - sample.best_round_trip, Duration::zero());
    const bool was_used = most_in_flight_ + 2 * sample.packet_size >= window_;
    if (delay > target) {
        window_ = std::max(least_packets * sample.packet_size, std::min(window_, most_in_flight_) / 8 * 7);
    } else if (was_used) {
        const auto step = delay < target / 2 ? window_ / 4 : sample.packet_size;
        window_ = std::min(window_ + step, largest);
    }
    round_ends_ = now + sample.round_trip;
    least_ = Duration::max();
    most_in_flight_ = sample.bytes_in_flight;
}

}  // namespace lanspread::transport
