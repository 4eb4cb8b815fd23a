#include "swarm/old_version.h"

#include <algorithm>

#include "library/game_root.h"

namespace lanspread::swarm {

namespace {

/// How far from where it is expected a chunk's bytes are looked for, each way.
constexpr std::int64_t reach = 1024 * 1024;
/// Of old files whose size has changed, how much is read beside a chunk that small files are packed into.
constexpr std::size_t max_changed_files = 2 * 1024 * 1024;

}  // namespace

OldVersion::OldVersion(library::LocalGamePtr old, std::shared_ptr<const content::Manifest> wanted)
    : old_(std::move(old)), wanted_(std::move(wanted)), same_path_(wanted_->files().size())
{
    const auto& files = old_->manifest->files();
    for (std::size_t index = 0; index < same_path_.size(); ++index) {
        const auto& path = wanted_->files()[index].path;
        const auto found = std::ranges::lower_bound(files, path, {}, &content::ManifestFile::path);
        if (found != files.end() && found->path == path && found->size > 0) {
            same_path_[index] = static_cast<std::uint32_t>(found - files.begin());
        }
    }
}

bool OldVersion::has_all_files(std::uint32_t chunk) const
{
    return is_packed(chunk) &&
           std::ranges::all_of(wanted_->extents(chunk), [&](const content::Extent& extent) {
               const auto& same = same_path_[extent.file];
               return same && file_size(*same) == extent.size;
           });
}

bool OldVersion::has_some_file(std::uint32_t chunk) const
{
    return std::ranges::any_of(wanted_->extents(chunk), [&](const content::Extent& extent) {
        return same_path_[extent.file].has_value();
    });
}

bool OldVersion::is_packed(std::uint32_t chunk) const
{
    return wanted_->files()[wanted_->extents(chunk).front().file].size < content::max_chunk_size;
}

std::int64_t OldVersion::growth(std::uint32_t chunk) const
{
    const auto& extent = wanted_->extents(chunk).front();
    return static_cast<std::int64_t>(file_size(file_of(chunk))) -
           static_cast<std::int64_t>(wanted_->files()[extent.file].size);
}

std::uint32_t OldVersion::file_of(std::uint32_t chunk) const
{
    return *same_path_[wanted_->extents(chunk).front().file];
}

std::uint64_t OldVersion::file_size(std::uint32_t old_file) const
{
    return old_->manifest->files()[old_file].size;
}

Basis OldVersion::packed_basis(std::uint32_t chunk) const
{
    Basis basis;
    basis.bytes.resize(wanted_->chunk_size(chunk));
    const auto root = library::open_root({.games_folder = old_->root.parent_path(), .game = old_->id});
    if (!root) {
        return basis;
    }
    Bytes changed;
    auto to = basis.bytes.begin();
    for (const auto& extent : wanted_->extents(chunk)) {
        if (const auto& same = same_path_[extent.file]) {
            const auto its_size = file_size(*same);
            const auto bytes =
                read(*root, *same, 0, std::min<std::uint64_t>(its_size, content::max_chunk_size));
            std::ranges::copy(ByteSpan(bytes).first(std::min<std::size_t>(bytes.size(), extent.size)), to);
            if (its_size != extent.size && changed.size() + bytes.size() <= max_changed_files) {
                changed.insert(changed.end(), bytes.begin(), bytes.end());
            }
        }
        to += extent.size;
    }
    basis.bytes.insert(basis.bytes.end(), changed.begin(), changed.end());
    return basis;
}

Basis OldVersion::window(std::uint32_t chunk, std::int64_t shift) const
{
    const auto& extent = wanted_->extents(chunk).front();
    const auto file = file_of(chunk);
    const auto end = static_cast<std::int64_t>(file_size(file));
    const auto middle = static_cast<std::int64_t>(extent.offset) + shift;
    const auto first = std::clamp<std::int64_t>(middle - reach, 0, end);
    const auto last = std::clamp<std::int64_t>(middle + extent.size + reach, first, end);
    return {.bytes = read(file, static_cast<std::uint64_t>(first), static_cast<std::size_t>(last - first)),
            .expected = middle - first,
            .shift = shift};
}

Bytes OldVersion::read(std::uint32_t old_file, std::uint64_t offset, std::size_t size) const
{
    const auto root = library::open_root({.games_folder = old_->root.parent_path(), .game = old_->id});
    return root ? read(*root, old_file, offset, size) : Bytes();
}

Bytes OldVersion::read(const platform::Folder& root, std::uint32_t old_file, std::uint64_t offset,
                       std::size_t size) const
{
    const auto its_size = file_size(old_file);
    Bytes bytes(static_cast<std::size_t>(
        std::min<std::uint64_t>(size, its_size - std::min<std::uint64_t>(offset, its_size))));
    const auto file = root.open_file(old_->manifest->files()[old_file].path);
    if (!file || !file->read_at(offset, bytes)) {
        return {};
    }
    return bytes;
}

}  // namespace lanspread::swarm
