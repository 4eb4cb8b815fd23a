#include "base/utf8.h"

#include "base/utf8_character.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>

#include <utf8proc.h>

namespace lanspread {

namespace {

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::optional<std::string> mapped(std::string_view text, int options)
{
    utf8proc_uint8_t* result = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &result,
                                   static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(result, &std::free);
    if (size < 0) {
        return std::nullopt;
    }
    return std::string(reinterpret_cast<const char*>(result), static_cast<std::size_t>(size));
}

}  // namespace

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const auto character = first_character(text);
        if (character.code < 0) {
            return false;
        }
        text.remove_prefix(character.size);
    }
    return true;
}

std::string mend_utf8(std::string_view text)
{
    return clip_utf8(text, std::numeric_limits<std::size_t>::max());
}

std::string clip_utf8(std::string_view text, std::size_t max_size)
{
    std::string clipped;
    while (!text.empty()) {
        const auto character = first_character(text);
        const auto next = character.code < 0 ? std::string_view("\uFFFD") : text.substr(0, character.size);
        if (next.size() > max_size - clipped.size()) {
            break;
        }
        clipped += next;
        text.remove_prefix(character.size);
    }
    return clipped;
}

bool has_control_characters(std::string_view text)
{
    while (!text.empty()) {
        const auto [code, size] = first_character(text);
        if ((code >= 0 && code < 0x20) || (code >= 0x7f && code < 0xa0)) {
            return true;
        }
        text.remove_prefix(size);
    }
    return false;
}

std::string for_terminal(std::string_view text)
{
    constexpr utf8proc_int32_t zero_width_non_joiner = 0x200c;
    constexpr utf8proc_int32_t zero_width_joiner = 0x200d;
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto [code, size] = first_character(text);
        const auto category = code < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(code);
        const bool is_joiner = code == zero_width_joiner || code == zero_width_non_joiner;
        if (code < 0) {
            clean += "\uFFFD";
        } else if (!is_joiner && (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
                                  category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP)) {
            clean += '?';
        } else {
            clean += text.substr(0, size);
        }
        text.remove_prefix(size);
    }
    return clean;
}

std::size_t columns_of(std::string_view text)
{
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto [code, size] = first_character(text);
        columns += code < 0 ? 1 : static_cast<std::size_t>(utf8proc_charwidth(code));
        text.remove_prefix(size);
    }
    return columns;
}

std::string search_form(std::string_view text)
{
    const auto mended = mend_utf8(text);
    return mapped(mended, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                              UTF8PROC_IGNORE | UTF8PROC_STRIPMARK)
        .value_or(mended);
}

std::optional<std::string> composed(std::string_view text)
{
    return is_ascii(text) ? std::string(text) : mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::optional<std::string> case_folded(std::string_view text)
{
    if (is_ascii(text)) {
        std::string folded(text);
        std::ranges::transform(folded, folded.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
        return folded;
    }
    return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

}  // namespace lanspread
