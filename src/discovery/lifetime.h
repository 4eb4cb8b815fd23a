#pragma once
#include "base/clock.h"
#include "discovery/jitter.h"

namespace lanspread::discovery {

/// How long a record that was heard counts, and when to ask whether it still does: at 80, 85, 90 and 95 % of
/// its time (RFC 6762 §5.2). One that is missed has a lifetime too: it is asked for four times, then given
/// up.
class Lifetime {
public:
    /// A record that is missed. It is first asked for after a moment, in which it may still come by itself.
    [[nodiscard]] static Lifetime missed(TimePoint now, Jitter& jitter);
    /// A record that was just heard. Its time is taken as between 10 seconds and 75 minutes, whatever the
    /// sender says: so that nobody makes us ask all the time, or keep it for ever. `longest` may be less than
    /// that.
    [[nodiscard]] static Lifetime heard(std::chrono::seconds ttl, TimePoint now, Jitter& jitter,
                                        std::chrono::seconds longest = std::chrono::seconds(4500));

    /// The network may be another than the one on which the record was heard: it ends in ten seconds if it is
    /// not heard again, and is asked for until then. A question for all of its kind has a second to bring it.
    void doubt(TimePoint now, Jitter& jitter);
    /// The record was withdrawn or replaced: it ends in a second (RFC 6762 §10.1), without being asked for.
    void withdraw(TimePoint now);

    [[nodiscard]] bool is_known() const { return is_known_; }
    [[nodiscard]] bool is_over(TimePoint now) const { return now >= ends_at_; }
    [[nodiscard]] TimePoint ends_at() const { return ends_at_; }
    /// When it was heard, or missed for the first time.
    [[nodiscard]] TimePoint since() const { return since_; }
    /// Whether more than half its time is left, so that it is listed as a known answer (RFC 6762 §7.1).
    [[nodiscard]] bool is_young(TimePoint now) const
    {
        return is_known_ && !is_doubted_ && now + (ends_at_ - since_) / 2 < ends_at_;
    }

    [[nodiscard]] TimePoint ask_at() const { return ask_at_; }
    /// To be called when it was asked for.
    void asked(TimePoint now);

private:
    bool is_known_ = false;
    bool is_doubted_ = false;
    TimePoint since_;
    TimePoint ends_at_;
    TimePoint ask_at_;
    Duration lag_{0};  // added to each time of asking, so that not everybody asks together
    int asks_ = 0;
};

}  // namespace lanspread::discovery
