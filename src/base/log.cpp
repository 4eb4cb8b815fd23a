#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace lanspread::log {

namespace {

spdlog::level::level_enum to_spdlog(Level level)
{
    switch (level) {
        case Level::trace: return spdlog::level::trace;
        case Level::debug: return spdlog::level::debug;
        case Level::info: return spdlog::level::info;
        case Level::warning: return spdlog::level::warn;
        case Level::error: return spdlog::level::err;
        case Level::off: return spdlog::level::off;
    }
    return spdlog::level::info;
}

spdlog::logger& logger()
{
    // The one global of the program: a log that had to be passed to every function would hide what the
    // functions do.
    static const auto instance = [] {
        auto made = spdlog::stderr_color_mt("lanspread");
        made->set_pattern("%H:%M:%S.%e %^%l%$ %v");
        made->set_level(spdlog::level::info);
        return made;
    }();
    return *instance;
}

std::string without_control_characters(std::string_view text)
{
    std::string clean;
    clean.reserve(text.size());
    for (const unsigned char c : text) {
        if (c < 0x20 || c == 0x7f) {
            clean += fmt::format("\\x{:02x}", c);
        } else {
            clean += static_cast<char>(c);
        }
    }
    return clean;
}

}  // namespace

Result<Level> parse_level(std::string_view text)
{
    constexpr std::array<std::pair<std::string_view, Level>, 6> levels{{{"trace", Level::trace},
                                                                        {"debug", Level::debug},
                                                                        {"info", Level::info},
                                                                        {"warning", Level::warning},
                                                                        {"error", Level::error},
                                                                        {"off", Level::off}}};
    for (const auto& [name, level] : levels) {
        if (name == text) {
            return level;
        }
    }
    return fail(ErrorCode::invalid_input,
                fmt::format("log level '{}': use one of trace, debug, info, warning, error, off", text));
}

void set_level(Level level) { logger().set_level(to_spdlog(level)); }

bool is_on(Level level) { return logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view folder, std::string_view text)
{
    if (is_on(level)) {
        logger().log(to_spdlog(level), "[{}] {}", folder, without_control_characters(text));
    }
}

}  // namespace lanspread::log
