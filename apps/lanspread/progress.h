#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "runtime/model.h"

namespace lanspread::cli {

/// One line of at most `width` columns: how far, how fast, how long still, from how many, and what it waits
/// for. What finds no room is left out, the bar first. Pure.
[[nodiscard]] std::string progress_line(const runtime::Download& download, std::size_t width);

/// Keeps one line of standard error current while a download runs; where that is no terminal, says a line
/// every 10 s.
class ProgressBar {
public:
    ProgressBar() = default;
    /// Clears the line.
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(const runtime::Download& download, TimePoint now);

private:
    bool drawn_ = false;
    std::optional<TimePoint> last_line_;
};

}  // namespace lanspread::cli
