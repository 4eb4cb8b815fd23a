#include "swarm/space_ledger.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/quantity.h"

namespace lanspread::swarm {

namespace {

/// Free space that is left to others, for folders, and for our own database.
constexpr std::uint64_t spared_space = 4ULL * 1024 * 1024;

bool is_archive(std::string_view path)
{
    constexpr std::string_view ending = ".eti";
    return !path.contains('/') && path.size() > ending.size() &&
           std::ranges::equal(path.substr(path.size() - ending.size()), ending, {}, [](char letter) {
               return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
           });
}

std::string shortage(std::uint64_t to_fetch, std::uint64_t to_install, std::uint64_t free,
                     std::uint64_t promised)
{
    auto text = fmt::format("{} are needed", size_text(to_fetch + to_install + spared_space));
    if (to_install > 0) {
        text += fmt::format(" ({} to fetch, {} to install: an estimate)", size_text(to_fetch),
                            size_text(to_install));
    }
    text += fmt::format(", {} are free", size_text(free));
    if (promised > 0) {
        text += fmt::format(", of which other downloads will take {}", size_text(promised));
    }
    return text;
}

}  // namespace

std::uint64_t install_estimate(const content::Manifest& manifest, bool can_clone)
{
    std::uint64_t archives = 0;
    for (const auto& file : manifest.files()) {
        archives += is_archive(file.path.text()) ? file.size : 0;
    }
    if (archives > 0) {
        return archives;
    }
    return can_clone ? 0 : manifest.total_size();
}

std::optional<std::string> SpaceLedger::claim(const ContentId& content, Claim claim, std::uint64_t free)
{
    release(content);
    std::uint64_t promised = 0;
    for (const auto& [other, theirs] : claims_) {
        promised += theirs.file_system == claim.file_system ? theirs.to_fetch() + theirs.to_install : 0;
    }
    const auto to_fetch = claim.to_fetch();
    const auto needed = to_fetch + claim.to_install;
    if (needed > 0 && free < needed + promised + spared_space) {
        return shortage(to_fetch, claim.to_install, free, promised);
    }
    claims_.insert_or_assign(content, std::move(claim));
    return std::nullopt;
}

}  // namespace lanspread::swarm
