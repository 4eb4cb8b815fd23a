#include "facts/packing.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <system_error>

#include <fmt/format.h>

#include "base/quantity.h"
#include "content/hash.h"
#include "content/manifest.h"
#include "facts/package_description.h"
#include "facts/package_files.h"
#include "facts/package_root.h"
#include "platform/disk_room.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace lanspread::facts {

namespace {

namespace fs = std::filesystem;

/// Room that stays free beside the package: for folders, and for those who write meanwhile.
constexpr std::uint64_t spare_room = 16 * 1024 * 1024;

SafePath safe(std::string_view text) { return SafePath::parse(text).value(); }

class Packing {
public:
    explicit Packing(const PackOptions& options) : options_(options) {}

    Result<Packed> run()
    {
        for (const auto step : {&Packing::look_around, &Packing::look_at_root, &Packing::describe,
                                &Packing::gather, &Packing::check_references, &Packing::check_names}) {
            if (auto done = (this->*step)(); !done) {
                return fail(std::move(done).error());
            }
        }
        if (is_same()) {
            return packed(false);
        }
        if (auto decided = decide_version(); !decided) {
            return fail(std::move(decided).error());
        }
        const auto done = write();
        return done ? packed(true) : Result<Packed>(fail(done.error()));
    }

private:
    /// What lies where, by its real name.
    Result<void> look_around()
    {
        if (options_.version && !content::is_version(*options_.version)) {
            return fail(ErrorCode::invalid_input, "a version has 8 digits, like 20240131");
        }
        if (auto made = platform::make_folders(options_.games_folder); !made) {
            return made;
        }
        std::error_code problem;
        folder_ = fs::canonical(options_.folder, problem);
        if (problem || !fs::is_directory(folder_, problem)) {
            return fail(ErrorCode::not_found,
                        platform::to_utf8(options_.folder) + ": there is no such folder");
        }
        games_folder_ = fs::canonical(options_.games_folder, problem);
        root_ = games_folder_ / platform::to_path(options_.id.text());
        is_in_place_ = folder_ == root_;
        if (!is_in_place_ && folder_.parent_path() == games_folder_) {
            return fail(ErrorCode::invalid_input,
                        fmt::format("{}: a folder that lies in the games folder is packed where it lies, and "
                                    "then bears the game's id: rename it to '{}'",
                                    platform::to_utf8(folder_), options_.id.text()));
        }
        if (std::ranges::mismatch(folder_, games_folder_).in1 == folder_.end()) {
            return fail(ErrorCode::invalid_input,
                        fmt::format("{}: the games folder {} lies in it; choose another one by --into",
                                    platform::to_utf8(folder_), platform::to_utf8(games_folder_)));
        }
        return {};
    }

    Result<void> describe()
    {
        auto description = facts::describe(options_, folder_, existing_.keeps);
        if (!description) {
            return fail(std::move(description).error());
        }
        description_ = *std::move(description);
        return check_title();
    }

    /// All files but those that pack itself writes.
    Result<void> gather()
    {
        std::vector<SafePath> replaced;
        for (const auto& added : options_.added) {
            replaced.push_back(added.path);
        }
        if (description_.new_cover) {
            replaced.push_back(*description_.game.cover);
        }
        const auto source = is_in_place_             ? PackageSource::in_place
                            : options_.follows_links ? PackageSource::copied_with_links
                                                     : PackageSource::copied;
        const KeptPaths kept(description_.game.facts.keeps);
        auto listing = list_package_files(folder_, source, replaced, kept);
        if (!listing) {
            return fail(std::move(listing).error());
        }
        files_ = std::move(listing->files);
        left_out_ = std::move(listing->left_out);
        for (const auto& added : options_.added) {
            if (kept.covers(added.path.text())) {
                return fail(ErrorCode::invalid_input,
                            fmt::format("--add: the player writes '{}' (keeps), so it cannot be packed",
                                        added.path.text()));
            }
            auto file = package_file(added.from, added.path);
            if (!file) {
                return fail(file.error().in("--add"));
            }
            files_.push_back(*std::move(file));
        }
        if (const auto found = std::ranges::find_if(
                files_, [&](const PackageFile& file) { return kept.has_below(file.path.text()); });
            found != files_.end()) {
            return fail(ErrorCode::invalid_input,
                        fmt::format("keeps: the player writes in '{0}', and that is a file of the package: "
                                    "rename it, or take what is in '{0}' out of game.toml",
                                    found->path.text()));
        }
        return files_.empty()
                   ? fail(ErrorCode::invalid_input,
                          platform::to_utf8(folder_) + ": there is no file in it that could be packed")
                   : Result<void>();
    }

    /// Whether the cover and each start command's program are there, and those can be started.
    Result<void> check_references()
    {
        const auto& cover = description_.game.cover;
        if (cover && !description_.new_cover &&
            std::ranges::find(files_, *cover, &PackageFile::path) == files_.end()) {
            return fail(ErrorCode::invalid_input,
                        fmt::format("cover: there is no '{}' in the folder", cover->text()));
        }
        for (const auto& [platform, program] : description_.programs) {
            const auto file = std::ranges::find(files_, program, &PackageFile::path);
            if (file == files_.end()) {
                return fail(
                    ErrorCode::invalid_input,
                    fmt::format("start: there is no '{}' in the package; a program from elsewhere comes "
                                "in by --add FILE={}",
                                program.text(), program.text()));
            }
            if (platform == "linux" && !file->executable) {
                return fail(ErrorCode::invalid_input,
                            fmt::format("start: '{}' is not executable: chmod +x '{}'", program.text(),
                                        platform::to_utf8(file->from)));
            }
        }
        return {};
    }

    /// By the rules of manifests: no two names that are one where case is ignored, no counts beyond limits.
    Result<void> check_names()
    {
        std::vector<content::ManifestFile> all;
        for (const auto& file : files_) {
            all.push_back({.path = file.path, .size = file.size, .executable = file.executable});
            size_ += file.size;
        }
        for (const auto& [path, bytes] : description_.written()) {
            all.push_back({.path = path, .size = bytes.size(), .executable = false});
            size_ += bytes.size();
        }
        all.push_back({.path = safe(content::sentinel_name), .size = version_size, .executable = false});
        size_ += version_size;
        count_ = static_cast<std::uint32_t>(all.size());
        const auto checked = content::canonical_files(std::move(all));
        return checked ? Result<void>() : fail(checked.error());
    }

    Result<void> look_at_root()
    {
        auto existing = PackageRoot::look(root_);
        if (!existing) {
            return fail(std::move(existing).error());
        }
        existing_ = *std::move(existing);
        return {};
    }

    /// What is there may only be replaced by the same game.
    Result<void> check_title() const
    {
        if (is_in_place_ || existing_.is_empty || existing_.title == description_.game.facts.title) {
            return {};
        }
        return fail(
            ErrorCode::exists,
            fmt::format("there is already a game '{}' in {}{}: choose another --id, or remove it first",
                        options_.id.text(), platform::to_utf8(games_folder_),
                        existing_.title.empty() ? ", which was not made by `lanspread pack`"
                                                : fmt::format(", with the title '{}'", existing_.title)));
    }

    [[nodiscard]] bool is_same() const
    {
        return !is_in_place_ && existing_.is_whole &&
               (!options_.version || options_.version == existing_.version) &&
               has_same_files(root_, new_package());
    }

    /// In place only what comes in is new.
    [[nodiscard]] NewPackage new_package() const
    {
        NewPackage package{.files = files_,
                           .written = description_.written(),
                           .kept = KeptPaths(description_.game.facts.keeps),
                           .old = is_in_place_ ? OldPackage::completed : OldPackage::replaced,
                           .version_text = version_ + "\n"};
        if (is_in_place_) {
            std::erase_if(package.files, [this](const PackageFile& file) { return !comes_in(file); });
        }
        return package;
    }

    /// Whether it is added, and does not lie there already.
    [[nodiscard]] bool comes_in(const PackageFile& file) const
    {
        std::error_code problem;
        return std::ranges::find(options_.added, file.path, &AddedFile::path) != options_.added.end() &&
               !fs::equivalent(file.from, root_ / platform::to_path(file.path.text()), problem);
    }

    Result<void> decide_version()
    {
        version_ = options_.version.value_or(options_.today);
        if (!existing_.version || version_ > *existing_.version) {
            return {};
        }
        if (options_.version) {
            return fail(ErrorCode::exists, fmt::format("version {} is here already, and {} is not newer",
                                                       *existing_.version, *options_.version));
        }
        auto next = next_version(options_.today, *existing_.version);
        if (!next) {
            return fail(ErrorCode::exists, fmt::format("there is no version after {}: remove the game first",
                                                       *existing_.version));
        }
        version_ = *std::move(next);
        return {};
    }

    Result<void> write()
    {
        const auto package = new_package();
        const auto room = platform::disk_room(games_folder_);
        const auto there = platform::disk_room(folder_);
        if (!room || !there) {
            return fail(room ? there.error() : room.error());
        }
        const auto size =
            std::accumulate(package.files.begin(), package.files.end(), std::uint64_t{0},
                            [](std::uint64_t sum, const PackageFile& file) { return sum + file.size; });
        const bool is_shared = room->can_clone && room->file_system == there->file_system;
        if (!is_shared && size + spare_room > room->free) {
            return fail(ErrorCode::disk_full, fmt::format("{}: the package needs {}, and {} are free there",
                                                          platform::to_utf8(games_folder_), size_text(size),
                                                          size_text(room->free)));
        }
        return write_root(games_folder_, options_.id, package);
    }

    [[nodiscard]] Packed packed(bool is_new) const
    {
        return {.root = root_,
                .version = is_new ? version_ : *existing_.version,
                .title = description_.game.facts.title,
                .files = count_,
                .bytes = size_,
                .is_new = is_new,
                .left_out = left_out_};
    }

    static constexpr std::uint64_t version_size = 9;  // of version.ini

    const PackOptions& options_;
    fs::path folder_;
    fs::path games_folder_;
    fs::path root_;
    bool is_in_place_ = false;
    PackageDescription description_;
    std::vector<PackageFile> files_;
    std::vector<std::string> left_out_;
    std::uint64_t size_ = 0;
    std::uint32_t count_ = 0;
    PackageRoot existing_;
    std::string version_;
};

}  // namespace

Result<Packed> pack(const PackOptions& options) { return Packing(options).run(); }

std::optional<std::string> next_version(const std::string& today, const std::string& existing)
{
    if (today > existing) {
        return today;
    }
    std::uint32_t number = 0;
    std::from_chars(existing.data(), existing.data() + existing.size(), number);
    return number >= 99'999'999 ? std::nullopt : std::optional(fmt::format("{:08}", number + 1));
}

}  // namespace lanspread::facts
