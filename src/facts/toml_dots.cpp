#include "facts/toml_dots.h"

#include <algorithm>
#include <string>

namespace lanspread::facts {

namespace {

class DotCounter {
public:
    explicit DotCounter(std::string_view text) : text_(text) {}

    /// Once only.
    std::optional<std::size_t> line_with_too_many()
    {
        std::size_t dots = 0;
        for (std::size_t line = 1; !text_.empty();) {
            if (text_.front() == '\n') {
                ++line;
                dots = 0;
                text_.remove_prefix(1);
            } else if (text_.front() == '#') {
                text_.remove_prefix(std::min(text_.find('\n'), text_.size()));
            } else if (text_.front() == '"' || text_.front() == '\'') {
                line += skip_string();
            } else {
                dots += text_.front() == '.' ? 1 : 0;
                text_.remove_prefix(1);
            }
            if (dots > max_dots_in_a_line) {
                return line;
            }
        }
        return std::nullopt;
    }

private:
    /// Gives how many lines it ends. A short one that is not closed ends with its line.
    std::size_t skip_string()
    {
        const char quote = text_.front();
        const std::string long_quote(3, quote);
        const bool is_long = text_.starts_with(long_quote);
        const auto end = std::string_view(long_quote).substr(is_long ? 0 : 2);
        text_.remove_prefix(end.size());
        std::size_t lines = 0;
        while (!text_.empty() && !text_.starts_with(end) && (is_long || text_.front() != '\n')) {
            const bool is_escape = quote == '"' && text_.front() == '\\' && text_.size() > 1;
            const auto piece = text_.substr(0, is_escape ? 2 : 1);
            lines += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
            text_.remove_prefix(piece.size());
        }
        text_.remove_prefix(text_.starts_with(end) ? end.size() : 0);
        return lines;
    }

    std::string_view text_;
};

}  // namespace

std::optional<std::size_t> line_with_too_many_dots(std::string_view text)
{
    return DotCounter(text).line_with_too_many();
}

}  // namespace lanspread::facts
