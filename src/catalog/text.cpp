#include "catalog/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "base/utf8_character.h"

namespace lanspread::catalog {

namespace {

/// More of a text than that is not looked at.
constexpr std::size_t max_raw = 128 * 1024;
constexpr std::size_t max_tag = 1024;
constexpr std::size_t max_comment = 4096;
constexpr std::size_t max_entity = 10;

/// Windows-1252 from 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); what it leaves
/// open is the C1 control character. The rest of it is Latin-1.
constexpr std::array<char16_t, 32> windows_1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

/// The named entities that such texts have (HTML, 13.5 Named character references).
constexpr std::array<std::pair<std::string_view, char32_t>, 44> entities = {{
    {"amp", '&'},      {"lt", '<'},        {"gt", '>'},       {"quot", '"'},     {"apos", '\''},
    {"nbsp", ' '},     {"auml", 0xE4},     {"ouml", 0xF6},    {"uuml", 0xFC},    {"Auml", 0xC4},
    {"Ouml", 0xD6},    {"Uuml", 0xDC},     {"szlig", 0xDF},   {"agrave", 0xE0},  {"acirc", 0xE2},
    {"ccedil", 0xE7},  {"egrave", 0xE8},   {"eacute", 0xE9},  {"ecirc", 0xEA},   {"euml", 0xEB},
    {"icirc", 0xEE},   {"iuml", 0xEF},     {"ocirc", 0xF4},   {"ugrave", 0xF9},  {"ucirc", 0xFB},
    {"Agrave", 0xC0},  {"Eacute", 0xC9},   {"oelig", 0x153},  {"euro", 0x20AC},  {"copy", 0xA9},
    {"reg", 0xAE},     {"trade", 0x2122},  {"deg", 0xB0},     {"middot", 0xB7},  {"ndash", 0x2013},
    {"mdash", 0x2014}, {"hellip", 0x2026}, {"bull", 0x2022},  {"laquo", 0xAB},   {"raquo", 0xBB},
    {"bdquo", 0x201E}, {"ldquo", 0x201C},  {"rdquo", 0x201D}, {"rsquo", 0x2019},
}};

constexpr bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

/// Characters that turn the direction of what follows, and the byte order mark: nothing that a game's text
/// needs.
constexpr bool is_treacherous(char32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x200E ||
           code == 0x200F || code == 0xFEFF;
}

constexpr bool is_character(char32_t code) { return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF); }

char32_t from_windows_1252(unsigned char byte)
{
    return byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80U] : char32_t{byte};
}

std::string to_utf8(std::string_view raw)
{
    if (is_utf8(raw)) {
        return clip_utf8(raw, max_raw);
    }
    std::string text;
    for (const char byte : raw.substr(0, max_raw)) {
        append_character(text, from_windows_1252(static_cast<unsigned char>(byte)));
    }
    return text;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The size of the tag or comment that `text` begins with; 0 where its `<` is just a character.
std::size_t tag_size(std::string_view text)
{
    if (text.starts_with("<!--")) {
        const auto end = text.substr(0, max_comment).find("-->");
        return end == std::string_view::npos ? 0 : end + 3;
    }
    const auto name = text.substr(text.starts_with("</") ? 2 : 1);
    if (name.empty() || (!is_letter(name.front()) && name.front() != '!')) {
        return 0;
    }
    const auto end = text.substr(0, max_tag).find('>');
    return end == std::string_view::npos ? 0 : end + 1;
}

/// What a tag leaves in the text.
std::string_view trace_of(std::string_view tag)
{
    const bool is_end = tag.starts_with("</");
    tag.remove_prefix(is_end ? 2 : 1);
    std::string name;
    for (std::size_t i = 0; i < tag.size() && (is_letter(tag[i]) || (tag[i] >= '1' && tag[i] <= '6')); ++i) {
        name += static_cast<char>(static_cast<unsigned char>(tag[i]) | 0x20U * (is_letter(tag[i]) ? 1U : 0U));
    }
    constexpr std::array<std::string_view, 12> line_ends = {"br", "div", "tr", "ul", "ol", "h1",
                                                            "h2", "h3",  "h4", "h5", "h6", "hr"};
    if (name == "p") {
        return "\n\n";
    }
    if (name == "li") {
        return is_end ? "" : "\n- ";
    }
    return std::ranges::find(line_ends, name) != line_ends.end() ? "\n" : "";
}

std::optional<char32_t> numbered(std::string_view digits)
{
    const bool is_hexadecimal = digits.starts_with('x') || digits.starts_with('X');
    digits.remove_prefix(is_hexadecimal ? 1 : 0);
    std::uint32_t code = 0;
    const auto [rest, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hexadecimal ? 16 : 10);
    if (error != std::errc() || rest != digits.data() + digits.size() || !is_character(code)) {
        return std::nullopt;
    }
    return code < 0x100 ? from_windows_1252(static_cast<unsigned char>(code)) : char32_t{code};
}

/// The character that the entity at the beginning of `text` stands for, and the entity's size.
std::optional<std::pair<char32_t, std::size_t>> entity_at(std::string_view text)
{
    const auto end = text.substr(0, max_entity + 2).find(';');
    if (end == std::string_view::npos || end < 2) {
        return std::nullopt;
    }
    const auto name = text.substr(1, end - 1);
    if (name.starts_with('#')) {
        const auto code = numbered(name.substr(1));
        return code ? std::optional(std::pair(*code, end + 1)) : std::nullopt;
    }
    const auto* found = std::ranges::find(entities, name, &std::pair<std::string_view, char32_t>::first);
    return found == entities.end() ? std::nullopt : std::optional(std::pair(found->second, end + 1));
}

/// Without tags and entities, with line feeds for all that ends a line.
std::string without_markup(std::string_view text)
{
    std::string plain;
    while (!text.empty()) {
        std::size_t taken = 1;
        if (const auto tag = text.front() == '<' ? tag_size(text) : 0; tag > 0) {
            plain += trace_of(text.substr(0, tag));
            taken = tag;
        } else if (const auto entity = text.front() == '&' ? entity_at(text) : std::nullopt) {
            append_character(plain, entity->first);
            taken = entity->second;
        } else if (text.front() == '\r') {
            plain += text.starts_with("\r\n") ? "" : "\n";
        } else {
            plain += text.front();
        }
        text.remove_prefix(taken);
    }
    return plain;
}

/// Calls `take(code, its bytes)` for each character that may be shown; control characters but line feeds and
/// tabs are passed over.
template <class Take>
void for_each_shown(std::string_view text, Take take)
{
    while (!text.empty()) {
        const auto [number, size] = first_character(text);
        const auto code = static_cast<char32_t>(number);  // of what is valid
        const bool ends_line = code == '\n' || code == 0x85 || code == 0x2028 || code == 0x2029;
        if (ends_line) {
            take(U'\n', "\n");
        } else if (code == '\t' || (!is_control(code) && !is_treacherous(code))) {
            take(code, text.substr(0, size));
        }
        text.remove_prefix(size);
    }
}

bool is_blank(char32_t code) { return code == ' ' || code == '\t' || code == '\n' || code == 0xA0; }

void trim_end(std::string& text)
{
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n')) {
        text.pop_back();
    }
}

}  // namespace

std::string line_of(std::string_view raw, std::size_t max_size)
{
    std::string line;
    bool is_apart = false;
    for_each_shown(without_markup(to_utf8(raw)), [&](char32_t code, std::string_view bytes) {
        if (is_blank(code)) {
            is_apart = true;
            return;
        }
        line += is_apart && !line.empty() ? " " : "";
        line += bytes;
        is_apart = false;
    });
    auto clipped = clip_utf8(line, max_size);
    trim_end(clipped);
    return clipped;
}

std::string lines_of(std::string_view raw, std::size_t max_size)
{
    constexpr int max_line_ends = 2;
    std::string text;
    int line_ends = 0;
    for_each_shown(without_markup(to_utf8(raw)), [&](char32_t code, std::string_view bytes) {
        if (code == '\n') {
            // Blanks at the end of a line would make it look empty and not be it.
            while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
                text.pop_back();
            }
            if (!text.empty() && line_ends < max_line_ends) {
                text += '\n';
                ++line_ends;
            }
            return;
        }
        if (code == ' ' && (line_ends > 0 || text.empty())) {
            return;  // HTML sources are indented
        }
        text += bytes;
        line_ends = 0;
    });
    auto clipped = clip_utf8(text, max_size);
    trim_end(clipped);
    return clipped;
}

}  // namespace lanspread::catalog
