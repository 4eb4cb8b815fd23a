#include "swarm/chunk_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "content/hash.h"

namespace lanspread::swarm {

namespace {

constexpr std::size_t max_open_files = 64;
/// With more files than this to sync, one sync of the whole file system is quicker.
constexpr std::size_t max_synced_alone = 64;
constexpr std::uint64_t reserve_step = 64ULL * 1024 * 1024;

}  // namespace

ChunkStore::ChunkStore(PartialFolder folder, std::filesystem::path games_folder,
                       std::shared_ptr<const content::Manifest> manifest)
    : folder_(std::move(folder)),
      games_folder_(std::move(games_folder)),
      manifest_(std::move(manifest)),
      to_take_(manifest_->files().size()),
      is_dirty_(manifest_->files().size())
{
}

Result<std::shared_ptr<ChunkStore>> ChunkStore::open(const std::filesystem::path& games_folder,
                                                     std::shared_ptr<const content::Manifest> manifest)
{
    auto folder = PartialFolder::open(games_folder, manifest->game(), manifest->content_id());
    if (!folder) {
        return fail(folder.error());
    }
    return std::shared_ptr<ChunkStore>(new ChunkStore(std::move(*folder), games_folder, std::move(manifest)));
}

Result<ChunkSet> ChunkStore::prepare(ChunkSet claimed)
{
    const auto& files = manifest_->files();
    std::vector<bool> is_there(files.size());
    std::uint64_t to_take = 0;
    for (std::size_t index = 0; index < files.size(); ++index) {
        const auto entry = folder_.files.stat(files[index].path);
        is_there[index] =
            entry && entry->kind == platform::EntryKind::file && entry->stat.size == files[index].size;
        const auto taken = is_there[index] ? std::min(entry->allocated, files[index].size) : 0;
        to_take_[index] = files[index].size - taken;
        to_take += to_take_[index];
    }
    bytes_to_take_ = to_take;
    for (std::uint32_t chunk = 0; chunk < manifest_->chunk_count(); ++chunk) {
        const auto extents = manifest_->extents(chunk);
        if (!std::ranges::all_of(extents,
                                 [&](const content::Extent& extent) { return is_there[extent.file]; })) {
            claimed.erase(chunk);
        }
    }
    const auto made = make_files(is_there);
    return made ? Result<ChunkSet>(std::move(claimed)) : fail(made.error());
}

Result<void> ChunkStore::make_files(const std::vector<bool>& is_there)
{
    const auto& files = manifest_->files();
    FolderMaker folders(folder_.files);
    for (std::size_t index = 0; index < files.size(); ++index) {
        if (is_there[index]) {
            continue;
        }
        const auto& wanted = files[index];
        auto done = folders.make_parent_of(wanted.path);
        if (done) {
            const auto file = folder_.files.create_file(wanted.path);
            done = file ? file->resize(wanted.size) : fail(file.error());
            if (done && wanted.executable) {
                done = file->set_executable(true);
            }
        }
        if (!done) {
            return fail(done.error().in(wanted.path.text()));
        }
    }
    return {};
}

Result<bool> ChunkStore::reserve_some()
{
    const std::lock_guard lock(reserving_);
    const auto& files = manifest_->files();
    for (; reserved_files_ < files.size(); ++reserved_files_, reserved_bytes_ = 0) {
        const auto& wanted = files[reserved_files_];
        if (wanted.size < content::max_chunk_size || reserved_bytes_ == wanted.size) {
            continue;
        }
        const auto open = file(reserved_files_);
        const auto step = std::min(reserve_step, wanted.size - reserved_bytes_);
        const auto reserved = open ? (*open)->reserve(reserved_bytes_, step) : fail(open.error());
        if (!reserved) {
            return fail(reserved.error().in(wanted.path.text()));
        }
        reserved_bytes_ += step;
        has_taken(reserved_files_, step);
        return false;
    }
    return true;
}

Result<void> ChunkStore::verify_and_write(std::uint32_t chunk, ByteSpan bytes)
{
    if (content::hash_chunk(bytes) != manifest_->chunk_hash(chunk)) {
        return fail(ErrorCode::corrupt, fmt::format("chunk {} has wrong bytes", chunk));
    }
    for (const auto& extent : manifest_->extents(chunk)) {
        const auto open = file(extent.file);
        auto written = open ? (*open)->write_at(extent.offset, bytes.first(extent.size)) : fail(open.error());
        if (!written) {
            return fail(written.error().in(manifest_->files()[extent.file].path.text()));
        }
        mark_dirty(extent.file);
        if (manifest_->files()[extent.file].size < content::max_chunk_size) {
            has_taken(extent.file, extent.size);
        }
        bytes = bytes.subspan(extent.size);
    }
    return {};
}

Result<void> ChunkStore::read(std::uint32_t chunk, std::span<std::byte> buffer)
{
    for (const auto& extent : manifest_->extents(chunk)) {
        const auto open = file(extent.file);
        auto read = open ? (*open)->read_at(extent.offset, buffer.first(extent.size)) : fail(open.error());
        if (!read) {
            return fail(read.error().in(manifest_->files()[extent.file].path.text()));
        }
        buffer = buffer.subspan(extent.size);
    }
    return {};
}

Result<void> ChunkStore::sync()
{
    std::vector<std::uint32_t> files;
    {
        const std::lock_guard lock(mutex_);
        files.swap(dirty_);
        for (const auto index : files) {
            is_dirty_[index] = false;
        }
    }
    auto synced = files.size() > max_synced_alone ? folder_.files.sync_file_system() : sync_files(files);
    if (!synced) {
        for (const auto index : files) {
            mark_dirty(index);
        }
    }
    return synced;
}

Result<void> ChunkStore::sync_files(const std::vector<std::uint32_t>& files)
{
    for (const auto index : files) {
        const auto open = file(index);
        if (auto synced = open ? (*open)->sync_data() : fail(open.error()); !synced) {
            return fail(synced.error().in(manifest_->files()[index].path.text()));
        }
    }
    return {};
}

void ChunkStore::mark_dirty(std::uint32_t file)
{
    const std::lock_guard lock(mutex_);
    if (!is_dirty_[file]) {
        is_dirty_[file] = true;
        dirty_.push_back(file);
    }
}

/// The file has `bytes` more of what it will take, or as many as it lacked.
void ChunkStore::has_taken(std::uint32_t file, std::uint64_t bytes)
{
    const std::lock_guard lock(mutex_);
    const auto taken = std::min(to_take_[file], bytes);
    to_take_[file] -= taken;
    bytes_to_take_ -= taken;
}

Result<ChunkStore::SharedFile> ChunkStore::file(std::uint32_t index)
{
    const auto& wanted = manifest_->files()[index];
    const bool is_large =
        wanted.size >= content::max_chunk_size;  // written again and again: worth keeping open
    if (is_large) {
        const std::lock_guard lock(mutex_);
        const auto found =
            std::ranges::find(open_files_, index, &std::pair<std::uint32_t, SharedFile>::first);
        if (found != open_files_.end()) {
            open_files_.splice(open_files_.begin(), open_files_, found);
            return found->second;
        }
    }
    auto opened = folder_.files.open_for_writing(wanted.path);
    if (!opened) {
        return fail(opened.error());
    }
    auto shared = std::make_shared<const platform::File>(std::move(*opened));
    if (is_large) {
        const std::lock_guard lock(mutex_);
        open_files_.emplace_front(index, shared);
        if (open_files_.size() > max_open_files) {
            open_files_.pop_back();
        }
    }
    return shared;
}

}  // namespace lanspread::swarm
