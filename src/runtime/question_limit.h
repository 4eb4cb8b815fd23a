#pragma once

#include <algorithm>
#include <string>

#include "async/signal.h"
#include "base/clock.h"
#include "base/error.h"

namespace lanspread::runtime {

/// How often something may be asked of us that costs more than its question. Pure: time is a parameter, and
/// does not go backwards.
class QuestionLimit {
public:
    struct Parameters {
        unsigned at_once = 1;
        double burst = 1;   ///< so many without a pause …
        Duration interval;  ///< … and one more each time that this has passed
    };

    explicit QuestionLimit(const Parameters& parameters) : parameters_(parameters), saved_(parameters.burst)
    {
    }

    /// `refused` where it is too much; else `leave` follows when the question is answered.
    [[nodiscard]] Result<void> enter(TimePoint now)
    {
        if (is_full()) {
            return fail(ErrorCode::refused, "it is busy with the same for somebody else");
        }
        if (last_ != TimePoint()) {
            const auto gained = std::chrono::duration<double>(now - last_) / parameters_.interval;
            saved_ = std::min(parameters_.burst, saved_ + gained);
        }
        last_ = now;
        if (saved_ < 1) {
            return fail(ErrorCode::refused, "it was asked too often; try again in a minute");
        }
        saved_ -= 1;
        ++running_;
        return {};
    }

    void leave() { --running_; }
    [[nodiscard]] bool is_full() const { return running_ >= parameters_.at_once; }

private:
    Parameters parameters_;
    double saved_;
    unsigned running_ = 0;
    TimePoint last_;
};

/// A question's place, for as long as it lives.
class QuestionPlace {
public:
    /// `ended` is notified at its end.
    explicit QuestionPlace(QuestionLimit& limit, Signal* ended = nullptr) : limit_(limit), ended_(ended) {}
    ~QuestionPlace()
    {
        limit_.leave();
        if (ended_ != nullptr) {
            ended_->notify_all();
        }
    }
    QuestionPlace(const QuestionPlace&) = delete;
    QuestionPlace& operator=(const QuestionPlace&) = delete;

private:
    QuestionLimit& limit_;
    Signal* ended_;
};

}  // namespace lanspread::runtime
