#include <algorithm>
#include <map>
#include <string>

#include "content/manifest.h"
#include "content/private_folders.h"
#include "facts/package_root.h"
#include "platform/files.h"
#include "platform/folder.h"
#include "platform/paths.h"

/// Whether a root has a package already.
namespace lanspread::facts {

namespace {

namespace fs = std::filesystem;
using platform::EntryKind;
using platform::Folder;

constexpr std::size_t compare_step = std::size_t{1} << 20;

bool has_bytes(const fs::path& path, ByteSpan bytes)
{
    const auto there = platform::read_file(path, bytes.size());
    return there && std::ranges::equal(*there, bytes);
}

bool has_same_bytes(const fs::path& one, const fs::path& other, std::uint64_t size)
{
    const auto first = platform::File::open(one);
    const auto second = platform::File::open(other);
    Bytes left(compare_step);
    Bytes right(compare_step);
    for (std::uint64_t at = 0; first && second && at < size; at += compare_step) {
        left.resize(std::min<std::uint64_t>(compare_step, size - at));
        right.resize(left.size());
        if (!first->read_at(at, left) || !second->read_at(at, right) || left != right) {
            return false;
        }
    }
    return first && second;
}

}  // namespace

bool has_same_files(const fs::path& root, const NewPackage& package)
{
    const auto& [files, written, kept, old, version_text] = package;
    const auto folder = Folder::open(root);
    const auto is_aside = [&](std::string_view name) {
        return content::is_private(name) || kept.covers(name);
    };
    const auto entries = folder ? folder->list_tree(content::max_file_count, is_aside) : fail(folder.error());
    if (!entries) {
        return false;
    }
    std::map<std::string, const platform::Entry*> there;
    for (const auto& entry : *entries) {
        if (entry.kind != EntryKind::folder && entry.name != content::sentinel_name &&
            !is_aside(entry.name)) {
            there.emplace(entry.name, &entry);
        }
    }
    if (there.size() != files.size() + written.size()) {
        return false;
    }
    const auto is_there = [&](const PackageFile& file) {
        const auto found = there.find(file.path.text());
        return found != there.end() && found->second->kind == EntryKind::file &&
               found->second->stat.size == file.size && found->second->stat.executable == file.executable;
    };
    return std::ranges::all_of(files, is_there) &&
           std::ranges::all_of(written,
                               [&](const WrittenFile& file) {
                                   return has_bytes(root / platform::to_path(file.first.text()), file.second);
                               }) &&
           std::ranges::all_of(files, [&](const PackageFile& file) {
               return has_same_bytes(file.from, root / platform::to_path(file.path.text()), file.size);
           });
}

}  // namespace lanspread::facts
