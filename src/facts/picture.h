#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace lanspread::facts {

/// What kind of picture a file is, by its first bytes, as wire::CoverRef names it: "jpg" (JFIF and Exif),
/// "png" (RFC 2083); nothing where it is neither. Whether the rest is one, who shows it finds out.
[[nodiscard]] std::optional<std::string_view> picture_format(ByteSpan bytes);

}  // namespace lanspread::facts
