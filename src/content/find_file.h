#pragma once

#include <algorithm>
#include <string_view>

#include "content/manifest.h"

namespace lanspread::content {

/// The manifest's file of that path; null where it has none. It lives as long as the manifest.
[[nodiscard]] inline const ManifestFile* find_file(const Manifest& manifest, std::string_view path)
{
    const auto& files = manifest.files();
    const auto text_of = [](const ManifestFile& file) { return std::string_view(file.path.text()); };
    const auto found = std::ranges::lower_bound(files, path, {}, text_of);
    return found != files.end() && text_of(*found) == path ? &*found : nullptr;
}

}  // namespace lanspread::content
