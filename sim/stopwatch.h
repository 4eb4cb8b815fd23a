#pragma once

#include <chrono>

#include "base/clock.h"

namespace lanspread::sim {

/// Adds the real time of its own life to a sum; in a program of one thread that never waits, about its CPU
/// time.
class Stopwatch {
public:
    explicit Stopwatch(double& seconds) : seconds_(seconds), start_(Clock::now()) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() { seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }

private:
    double& seconds_;
    TimePoint start_;
};

}  // namespace lanspread::sim
