#include "wire/messages.h"

#include "base/utf8.h"

#include <algorithm>

#include <fmt/format.h>

namespace lanspread::wire {

namespace {

constexpr std::size_t max_name_size = 64;
constexpr std::size_t max_program_size = 64;
constexpr std::size_t max_listen_count = 64;
constexpr std::size_t max_code_size = 64;

Result<void> check_line(std::string_view member, std::string_view text, std::size_t max_size)
{
    if (text.size() > max_size || has_control_characters(text)) {
        return fail(
            ErrorCode::invalid_input,
            fmt::format("{}: expected at most {} bytes, without control characters", member, max_size));
    }
    return {};
}

}  // namespace

Result<void> check(const GameEntry& entry)
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (entry.version.size() != 8 || !std::ranges::all_of(entry.version, is_digit)) {
        return fail(ErrorCode::invalid_input, "version: expected 8 digits");
    }
    return {};
}

Result<void> check(const LibrarySnapshot& library)
{
    if (std::ranges::adjacent_find(library.games, std::greater_equal(), &GameEntry::content) !=
        library.games.end()) {
        return fail(ErrorCode::invalid_input, "games: expected one entry for a content id, sorted by it");
    }
    return {};
}

Result<void> check(const Hello& hello)
{
    if (hello.listen.size() > max_listen_count) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("listen: expected at most {} addresses", max_listen_count));
    }
    const auto name = check_line("name", hello.name, max_name_size);
    return name ? check_line("program", hello.program, max_program_size) : name;
}

Result<void> check(const Have& have)
{
    if (have.chunks.size() > max_have_chunks) {
        return fail(ErrorCode::invalid_input, fmt::format("chunks: expected at most {}", max_have_chunks));
    }
    return {};
}

Result<void> check(const Failure& failure) { return check_line("code", failure.code, max_code_size); }

}  // namespace lanspread::wire
