#include "lanspread/terminal.h"

#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

namespace lanspread::cli {

namespace {

std::optional<std::size_t> width_of(int descriptor)
{
    if (::isatty(descriptor) == 0) {
        return std::nullopt;
    }
    constexpr std::size_t usual_width = 80;
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return usual_width;
    }
    return size.ws_col;
}

}  // namespace

std::optional<std::size_t> error_terminal_width() { return width_of(STDERR_FILENO); }
std::optional<std::size_t> output_terminal_width() { return width_of(STDOUT_FILENO); }

std::optional<std::string> ask_person(std::string_view question)
{
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
        return std::nullopt;
    }
    std::fwrite(question.data(), 1, question.size(), stderr);
    std::fflush(stderr);
    std::string answer;
    for (int character = std::getchar(); character != '\n'; character = std::getchar()) {
        if (character == EOF) {
            return std::nullopt;
        }
        answer += static_cast<char>(character);
    }
    return answer;
}

}  // namespace lanspread::cli
