#include "content/manifest.h"
#include "content/private_folders.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

namespace lanspread::content {

namespace {

std::unexpected<Error> refuse(const SafePath& path, std::string_view problem)
{
    return fail(ErrorCode::invalid_input, fmt::format("file '{}': {}", path.text(), problem));
}

/// Notices two names that are one on a file system that ignores case: files, and the folders that files lie
/// in.
class NamesInUse {
public:
    explicit NamesInUse(std::size_t files) { names_.reserve(files); }

    /// Adds a file and its folders. False where one of them, in other letters or as the other kind, is there
    /// already. Files come in canonical order: then those of one folder come one after the other, and a
    /// folder that differs from the last file's is new.
    [[nodiscard]] bool add(std::string_view path, std::string folded)
    {
        // Folding makes no '/' and removes none, so the same number of them ends the same folder in both
        // texts.
        auto folded_end = folded.find('/');
        for (auto end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1)) {
            const auto folder = path.substr(0, end + 1);
            if (!last_path_.starts_with(folder) && !names_.insert(folded.substr(0, folded_end)).second) {
                return false;
            }
            folded_end = folded.find('/', folded_end + 1);
        }
        last_path_ = path;
        return names_.insert(std::move(folded)).second;
    }

private:
    std::unordered_set<std::string> names_;
    std::string_view last_path_;
};

Result<void> check_names(std::span<const ManifestFile> files)
{
    NamesInUse names(files.size());
    for (const auto& file : files) {
        if (file.path.text().empty()) {
            return refuse(file.path, "no path");
        }
        auto folded = file.path.case_folded();
        if (is_in_private_folder(folded)) {
            return refuse(file.path, "lies in a folder that is not the package's");
        }
        if (!names.add(file.path.text(), std::move(folded))) {
            return refuse(file.path, "another file or folder has the same name where case is ignored");
        }
    }
    return {};
}

Result<void> check_sizes(std::span<const ManifestFile> files)
{
    std::uint64_t total = 0;
    for (const auto& file : files) {
        if (file.size > max_total_size - total) {
            return refuse(file.path, "all files together are over 4 TiB");
        }
        total += file.size;
    }
    return {};
}

Result<void> check_sentinel(std::span<const ManifestFile> files)
{
    const auto found =
        std::ranges::find(files, sentinel_name, [](const auto& file) { return file.path.text(); });
    if (found == files.end() || found->size == 0) {
        return fail(ErrorCode::invalid_input, fmt::format("no {}, or an empty one", sentinel_name));
    }
    return {};
}

}  // namespace

Result<std::vector<ManifestFile>> canonical_files(std::vector<ManifestFile> files)
{
    if (files.size() > max_file_count) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("{} files: at most {}", files.size(), max_file_count));
    }
    std::ranges::sort(files, {}, &ManifestFile::path);
    for (const auto check : {check_sizes, check_sentinel, check_names}) {
        if (const auto checked = check(files); !checked) {
            return fail(checked.error());
        }
    }
    return files;
}

}  // namespace lanspread::content
