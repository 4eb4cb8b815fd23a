#include "lanspread/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace lanspread::cli {

std::optional<std::size_t> error_terminal_width()
{
    if (::isatty(STDERR_FILENO) == 0) {
        return std::nullopt;
    }
    constexpr std::size_t usual_width = 80;
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return usual_width;
    }
    return size.ws_col;
}

}  // namespace lanspread::cli
