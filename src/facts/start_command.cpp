#include "facts/start_command.h"

#include "base/safe_path.h"

namespace lanspread::facts {

Result<std::vector<std::string>> command_words(std::string_view command)
{
    std::vector<std::string> words;
    bool is_quoted = false;
    bool is_in_word = false;
    for (const char c : command) {
        if (c == '"') {
            is_quoted = !is_quoted;
        } else if ((c == ' ' || c == '\t') && !is_quoted) {
            is_in_word = false;
            continue;
        }
        if (!is_in_word) {
            words.emplace_back();
            is_in_word = true;
        }
        if (c != '"') {
            words.back() += c;
        }
    }
    if (is_quoted) {
        return fail(ErrorCode::invalid_input, "a quote in it is not closed");
    }
    if (words.empty()) {
        return fail(ErrorCode::invalid_input, "it names no program");
    }
    while (words.front().starts_with("./")) {
        words.front().erase(0, 2);
    }
    if (const auto program = SafePath::parse(words.front()); !program) {
        return fail(program.error().in("its program, which is a path in the game's folder"));
    }
    return words;
}

}  // namespace lanspread::facts
