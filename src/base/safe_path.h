#pragma once

#include "base/error.h"

#include <compare>
#include <string>
#include <string_view>

namespace lanspread {

/// A relative, `/`-separated path that is safe to create below a folder on every platform: what a name from
/// the wire, an archive or a catalog must become before it touches a disk. `parse` refuses: empty paths and
/// components, `.` and `..`, absolute paths, drives, backslash, colon, any of `<>"|?*`, control characters,
/// invalid UTF-8, text that is not NFC, a component that ends in a dot or a space, Windows device names (CON,
/// NUL, COM1.txt …), components over 255 bytes, paths over 1,024 bytes or 32 components.
class SafePath {
public:
    SafePath() = default;  ///< empty: only a place to read one into
    [[nodiscard]] static Result<SafePath> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// The first component: what decides whether a path lies in `local/` or `.lanspread/`.
    [[nodiscard]] std::string_view first_component() const;
    /// The text under which two paths collide on a file system that ignores case (Unicode case folding).
    [[nodiscard]] std::string case_folded() const;
    auto operator<=>(const SafePath&) const = default;

private:
    std::string text_;
};

}  // namespace lanspread
