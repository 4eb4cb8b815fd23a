#include "facts/package_files.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "content/manifest.h"
#include "content/private_folders.h"
#include "facts/game_toml.h"
#include "platform/files.h"
#include "platform/folder.h"
#include "platform/paths.h"

namespace lanspread::facts {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> refused(const fs::path& path, std::string_view problem)
{
    return fail(ErrorCode::refused, fmt::format("{}: {}", platform::to_utf8(path), problem));
}

/// Goes through a folder and what its links point to.
class Walk {
public:
    Walk(const fs::path& top, PackageSource source, const std::vector<SafePath>& replaced,
         const KeptPaths& kept)
        : top_(top), source_(source), replaced_(replaced), kept_(kept)
    {
    }

    Result<PackageListing> run()
    {
        if (auto walked = enter(top_, ""); !walked) {
            return fail(std::move(walked).error());
        }
        std::ranges::sort(listing_.files, {}, &PackageFile::path);
        return std::move(listing_);
    }

private:
    /// `prefix` is the folder's name in the package, with a slash behind it.
    Result<void> enter(const fs::path& folder, const std::string& prefix)
    {
        const auto open = platform::Folder::open(folder);
        const auto entries = open ? open->list() : fail(open.error());
        if (!entries) {
            return fail(entries.error());
        }
        if (++folders_ > content::max_file_count) {
            return refused(top_, fmt::format("it holds more than {} folders", content::max_file_count));
        }
        above_.push_back(folder);
        for (const auto& entry : *entries) {
            if (auto seen = prefix.empty() ? look_at_top(folder, entry) : look_at(folder, prefix, entry);
                !seen) {
                return seen;
            }
        }
        above_.pop_back();
        return {};
    }

    Result<void> look_at_top(const fs::path& folder, const platform::Entry& entry)
    {
        if (entry.name == content::sentinel_name || entry.name == game_toml_name ||
            entry.name == content::own_folder) {
            return {};
        }
        if (entry.name == content::installed_folder) {
            return source_ == PackageSource::in_place
                       ? Result<void>()
                       : refused(folder / entry.name,
                                 "in a package that name is for what is installed on each "
                                 "PC, and is never sent: rename it");
        }
        return look_at(folder, "", entry);
    }

    Result<void> look_at(const fs::path& folder, const std::string& prefix, const platform::Entry& entry)
    {
        const auto from = folder / entry.name;
        if (kept_.covers(prefix + entry.name)) {
            listing_.left_out.push_back(prefix + entry.name);
            return {};
        }
        auto path = SafePath::parse(prefix + entry.name);
        if (!path) {
            return refused(from, fmt::format("other systems cannot hold that name ({}): rename it, or pack a "
                                             "copy without it",
                                             path.error().message));
        }
        if (std::ranges::find(replaced_, *path) != replaced_.end()) {
            return source_ == PackageSource::in_place && entry.kind == platform::EntryKind::folder
                       ? refused(from, "no file can be put where this folder is: move it away")
                       : Result<void>();
        }
        switch (entry.kind) {
            case platform::EntryKind::file: return take(*std::move(path), from, entry.stat);
            case platform::EntryKind::folder: return enter(from, path->text() + "/");
            case platform::EntryKind::link: return follow(from, *std::move(path));
            case platform::EntryKind::other: break;
        }
        return refused(from, "a device, socket or pipe cannot be packed");
    }

    Result<void> take(SafePath path, const fs::path& from, const platform::FileStat& stat)
    {
        if (listing_.files.size() == content::max_file_count) {
            return refused(top_, fmt::format("it holds more than {} files", content::max_file_count));
        }
        listing_.files.push_back(
            {.path = std::move(path), .from = from, .size = stat.size, .executable = stat.executable});
        return {};
    }

    Result<void> follow(const fs::path& link, SafePath path)
    {
        std::error_code problem;
        const auto target = fs::canonical(link, problem);
        if (problem) {
            return refused(link, "a link to nothing cannot be packed: remove it");
        }
        if (source_ == PackageSource::in_place) {
            return refused(link,
                           "a link cannot be shared from where it lies: replace it by what it points to "
                           "(cp -L), or pack into another games folder, where it is copied");
        }
        if (source_ == PackageSource::copied && !is_below(target, top_)) {
            return refused(link, fmt::format("this link leads out of the folder. To put what it points to in "
                                             "its place: --add '{}={}', or --follow-links for all of them",
                                             platform::to_utf8(target), path.text()));
        }
        if (fs::is_directory(target, problem)) {
            if (std::ranges::any_of(above_, [&](const auto& folder) { return is_below(folder, target); })) {
                return refused(link, "this link leads to a folder that it lies in: remove it");
            }
            return enter(target, path.text() + "/");
        }
        auto file = package_file(target, std::move(path));
        return file
                   ? take(std::move(file->path), target, {.size = file->size, .executable = file->executable})
                   : fail(file.error());
    }

    static bool is_below(const fs::path& path, const fs::path& folder)
    {
        return std::ranges::mismatch(folder, path).in1 == folder.end();
    }

    fs::path top_;
    PackageSource source_;
    const std::vector<SafePath>& replaced_;
    const KeptPaths& kept_;
    std::vector<fs::path> above_;  // the folders that it is in, as they were entered
    PackageListing listing_;
    std::size_t folders_ = 0;
};

}  // namespace

Result<PackageListing> list_package_files(const fs::path& folder, PackageSource source,
                                          const std::vector<SafePath>& replaced, const KeptPaths& kept)
{
    std::error_code problem;
    const auto top = fs::canonical(folder, problem);
    if (problem || !fs::is_directory(top, problem)) {
        return fail(ErrorCode::not_found, platform::to_utf8(folder) + ": there is no such folder");
    }
    return Walk(top, source, replaced, kept).run();
}

Result<PackageFile> package_file(const fs::path& from, SafePath path)
{
    const auto file = platform::File::open(from);
    const auto stat = file ? file->stat() : fail(file.error());
    return stat ? Result<PackageFile>({.path = std::move(path),
                                       .from = from,
                                       .size = stat->size,
                                       .executable = stat->executable})
                : fail(stat.error());
}

}  // namespace lanspread::facts
