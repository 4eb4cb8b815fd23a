#include "lanspread/progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "base/utf8.h"
#include "lanspread/format.h"
#include "lanspread/output.h"
#include "lanspread/terminal.h"

namespace lanspread::cli {

namespace {

constexpr std::size_t narrowest_bar = 10;
constexpr std::size_t widest_bar = 40;
constexpr std::chrono::seconds line_interval{10};

double fraction(const runtime::Download& download)
{
    if (download.bytes_total == 0) {
        return download.state == "done" ? 1 : 0;
    }
    return std::min(1.0,
                    static_cast<double>(download.bytes_done) / static_cast<double>(download.bytes_total));
}

std::string bar(double part, std::size_t width)
{
    const auto full = static_cast<std::size_t>(part * static_cast<double>(width));
    return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '-'));
}

/// What goes on, in a few words.
std::string activity(const runtime::Download& download)
{
    if (download.state == "running") {
        const auto sources = std::ranges::count_if(download.sources, [](const auto& source) {
            return source.bytes_per_second > 0 || source.bytes > 0;
        });
        const auto eta =
            download.eta_seconds >= 0 ? fmt::format("  {} left", duration_text(download.eta_seconds)) : "";
        return fmt::format("{}{}  from {}", rate_text(download.bytes_per_second), eta,
                           count_text(static_cast<std::uint64_t>(sources), "source"));
    }
    if (download.state == "queued") {
        return fmt::format("queued, position {}", download.position);
    }
    const auto state = in_words(download.state);
    return download.reason.empty() ? state : fmt::format("{}: {}", state, download.reason);
}

}  // namespace

std::string progress_line(const runtime::Download& download, std::size_t width)
{
    const auto part = fraction(download);
    const auto percent = fmt::format("{:>5}", percent_text(download));
    const auto game = printable(download.title);
    const auto sizes =
        fmt::format("{} of {}", size_text(download.bytes_done), size_text(download.bytes_total));
    const auto doing = printable(activity(download));

    auto line = fmt::format("{}  {}  {}  {}", game, percent, sizes, doing);
    if (columns_of(line) > width) {
        return cut(fmt::format("{}  {}  {}", game, percent, doing), width);
    }
    const auto room = width - columns_of(line);
    if (room >= narrowest_bar + 4) {
        line = fmt::format("{}  {}  {}  {}  {}", game, bar(part, std::min(widest_bar, room - 4)), percent,
                           sizes, doing);
    }
    return line;
}

ProgressBar::~ProgressBar()
{
    if (drawn_) {
        fmt::print(stderr, "\r\x1b[K");
    }
}

void ProgressBar::show(const runtime::Download& download, TimePoint now)
{
    if (const auto width = error_terminal_width()) {
        // One column stays free: a full last column makes some terminals wrap.
        fmt::print(stderr, "\r{}\x1b[K", progress_line(download, *width > 1 ? *width - 1 : 1));
        std::fflush(stderr);
        drawn_ = true;
        return;
    }
    if (!last_line_) {
        last_line_ = now;  // what ends within the first interval needs no report
    } else if (now - *last_line_ >= line_interval) {
        last_line_ = now;
        constexpr std::size_t line_width = 100;
        fmt::print(stderr, "{}\n", progress_line(download, line_width));
    }
}

}  // namespace lanspread::cli
