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

/// Small files: each lies in one chunk, as a whole.
bool is_made_when_written(const content::ManifestFile& file)
{
    return file.size > 0 && file.size < content::max_chunk_size;
}

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

Result<ChunkSet> ChunkStore::believable(ChunkSet claimed) const
{
    const auto there = list_files(folder_.files, *manifest_);
    if (!there) {
        return fail(there.error());
    }
    const auto& files = manifest_->files();
    std::vector<bool> is_whole(files.size());
    for (std::size_t index = 0; index < files.size(); ++index) {
        const auto found =
            std::ranges::lower_bound(*there, files[index].path.text(), {}, &platform::Entry::name);
        is_whole[index] = found != there->end() && found->name == files[index].path.text() &&
                          found->kind == platform::EntryKind::file && found->stat.size == files[index].size;
    }
    return only_whole(std::move(claimed), is_whole);
}

Result<ChunkSet> ChunkStore::prepare(ChunkSet claimed)
{
    const auto there = list_files(folder_.files, *manifest_);
    if (!there) {
        return fail(there.error());
    }
    const auto& files = manifest_->files();
    std::vector<bool> is_whole(files.size());
    std::uint64_t to_take = 0;
    auto next = there->begin();
    for (std::size_t index = 0; index < files.size(); ++index) {
        const auto& wanted = files[index];
        next = std::find_if(next, there->end(),
                            [&](const platform::Entry& entry) { return entry.name >= wanted.path.text(); });
        const bool exists = next != there->end() && next->name == wanted.path.text();
        is_whole[index] = exists && next->kind == platform::EntryKind::file && next->stat.size == wanted.size;
        to_take_[index] = wanted.size - (is_whole[index] ? std::min(next->allocated, wanted.size) : 0);
        to_take += to_take_[index];
        const bool is_good = is_whole[index] && (next->stat.executable || !wanted.executable);
        if (!is_good && (exists || !is_made_when_written(wanted))) {
            // A small one that is not whole is emptied: what `claimed` says of it must not become believable
            // by its length, should this process be killed before anybody saves that it is gone.
            const bool has_length = is_whole[index] || !is_made_when_written(wanted);
            if (const auto made = make_file(wanted, has_length ? wanted.size : 0); !made) {
                return fail(made.error().in(wanted.path.text()));
            }
        }
    }
    bytes_to_take_ = to_take;
    return only_whole(std::move(claimed), is_whole);
}

/// `claimed` without the chunks that lie in files which are not whole.
ChunkSet ChunkStore::only_whole(ChunkSet claimed, const std::vector<bool>& is_whole) const
{
    for (std::uint32_t chunk = 0; chunk < manifest_->chunk_count(); ++chunk) {
        if (!std::ranges::all_of(manifest_->extents(chunk),
                                 [&](const content::Extent& extent) { return is_whole[extent.file]; })) {
            claimed.erase(chunk);
        }
    }
    return claimed;
}

Result<void> ChunkStore::make_file(const content::ManifestFile& wanted, std::uint64_t size)
{
    const auto file = create(wanted);
    return file ? file->resize(size) : fail(file.error());
}

/// Makes the file with its folders, or opens the one that is there. It is executable, where it is to be,
/// before it gets its length: so one that has that is complete, whenever a crash came.
Result<platform::File> ChunkStore::create(const content::ManifestFile& wanted)
{
    auto file = folder_.files.create_file(wanted.path);
    const auto parent = parent_of(wanted.path.text());
    if (!file && file.error().code == ErrorCode::not_found && !parent.empty()) {
        const auto made = folder_.files.make_folders(known_safe(parent));
        file = made ? folder_.files.create_file(wanted.path) : fail(made.error());
    }
    if (file && wanted.executable) {
        if (const auto done = file->set_executable(true); !done) {
            return fail(done.error());
        }
    }
    return file;
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
        const auto& wanted = manifest_->files()[extent.file];
        if (const auto written = write(extent, bytes.first(extent.size)); !written) {
            return fail(written.error().in(wanted.path.text()));
        }
        mark_dirty(extent.file);
        if (is_made_when_written(wanted)) {
            has_taken(extent.file, extent.size);
        }
        bytes = bytes.subspan(extent.size);
    }
    return {};
}

Result<void> ChunkStore::write(const content::Extent& extent, ByteSpan bytes)
{
    const auto& wanted = manifest_->files()[extent.file];
    if (is_made_when_written(wanted)) {
        // What is there already is written over, and not cut first: others may be reading it.
        const auto made = create(wanted);
        return made ? made->write_at(extent.offset, bytes) : fail(made.error());
    }
    const auto open = file(extent.file);
    return open ? (*open)->write_at(extent.offset, bytes) : fail(open.error());
}

Result<void> ChunkStore::read(std::uint32_t chunk, std::span<std::byte> buffer)
{
    const content::ChunkRange whole{.offset = 0, .size = manifest_->chunk_size(chunk)};
    return read(chunk, {&whole, 1}, buffer);
}

Result<void> ChunkStore::read(std::uint32_t chunk, std::span<const content::ChunkRange> ranges,
                              std::span<std::byte> buffer)
{
    for (const auto& [extent, chunk_offset] : content::file_pieces(manifest_->extents(chunk), ranges)) {
        const auto open = file(extent.file);
        const auto to = buffer.subspan(chunk_offset, extent.size);
        auto read = open ? (*open)->read_at(extent.offset, to) : fail(open.error());
        if (!read) {
            return fail(read.error().in(manifest_->files()[extent.file].path.text()));
        }
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
