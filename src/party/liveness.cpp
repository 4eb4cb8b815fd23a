#include "party/liveness.h"

namespace lanspread::party {

void Liveness::heard(TimePoint now)
{
    last_heard_ = now;
    unanswered_ = 0;
    is_in_doubt_ = false;
}

void Liveness::doubt(TimePoint now)
{
    if (!is_in_doubt_) {  // what is being found out already is not begun anew with each further change
        is_in_doubt_ = true;
        unanswered_ = 0;
        last_ping_ = now - parameters_.probe_timeout;
    }
}

Liveness::Decision Liveness::decide(TimePoint now)
{
    const auto patience = is_in_doubt_ ? parameters_.probe_timeout : parameters_.ping_timeout;
    const auto due =
        unanswered_ == 0 && !is_in_doubt_ ? last_heard_ + parameters_.idle : last_ping_ + patience;
    if (now < due) {
        return {.action = Action::wait, .until = due};
    }
    if (unanswered_ == parameters_.missed_pings) {
        return {.action = Action::give_up, .until = now};
    }
    ++unanswered_;
    last_ping_ = now;  // not `due`: after a suspend of our own, the peer still gets its time for every ping
    return {.action = Action::ping, .until = now + patience};
}

}  // namespace lanspread::party
