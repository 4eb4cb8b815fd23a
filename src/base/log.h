#pragma once

#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

/// The application log: one line an entry on standard error, `time level [folder] text`. Thread-safe. What
/// comes from outside is logged with control characters escaped.
namespace lanspread::log {

enum class Level { trace, debug, info, warning, error, off };

[[nodiscard]] Result<Level> parse_level(std::string_view text);
void set_level(Level level);
[[nodiscard]] bool is_on(Level level);
void write(Level level, std::string_view folder, std::string_view text);

template <class... Args>
void debug(std::string_view folder, fmt::format_string<Args...> text, Args&&... args)
{
    if (is_on(Level::debug)) {
        write(Level::debug, folder, fmt::format(text, std::forward<Args>(args)...));
    }
}

template <class... Args>
void info(std::string_view folder, fmt::format_string<Args...> text, Args&&... args)
{
    write(Level::info, folder, fmt::format(text, std::forward<Args>(args)...));
}

template <class... Args>
void warning(std::string_view folder, fmt::format_string<Args...> text, Args&&... args)
{
    write(Level::warning, folder, fmt::format(text, std::forward<Args>(args)...));
}

template <class... Args>
void error(std::string_view folder, fmt::format_string<Args...> text, Args&&... args)
{
    write(Level::error, folder, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace lanspread::log
