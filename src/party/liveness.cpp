#include "party/liveness.h"

namespace lanspread::party {

void Liveness::heard(TimePoint now)
{
    last_heard_ = now;
    unanswered_ = 0;
}

Liveness::Decision Liveness::decide(TimePoint now)
{
    const auto due =
        unanswered_ == 0 ? last_heard_ + parameters_.idle : last_ping_ + parameters_.ping_timeout;
    if (now < due) {
        return {.action = Action::wait, .until = due};
    }
    if (unanswered_ == parameters_.missed_pings) {
        return {.action = Action::give_up, .until = now};
    }
    ++unanswered_;
    last_ping_ = now;  // not `due`: after a suspend of our own, the peer still gets its time for every ping
    return {.action = Action::ping, .until = now + parameters_.ping_timeout};
}

}  // namespace lanspread::party
