#pragma once

#include <string>

#include "sim/outcome.h"

namespace lanspread::sim {

/// What a run cost the machine that simulated it.
struct Cost {
    double seconds = 0;      ///< of real time
    double cpu_seconds = 0;  ///< which is less on a machine that others use, too
    double bytes = 0;        ///< of memory, beyond what the process had before
};

/// The columns of `row`.
[[nodiscard]] std::string heading();
/// A run as one line of a table; README.md says how to read it.
[[nodiscard]] std::string row(const Scenario& scenario, const Outcome& outcome, const Cost& cost);

/// The columns of `row_of_timeline`.
[[nodiscard]] std::string heading_of_timeline();
/// How the links were used in a span of time.
[[nodiscard]] std::string row_of_timeline(const Sample& sample);

}  // namespace lanspread::sim
