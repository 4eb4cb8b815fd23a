#include "library/chunk_reader.h"

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "async/offload.h"
#include "library/game_root.h"
#include "platform/folder.h"

namespace lanspread::library {

namespace {

using FilePtr = std::shared_ptr<const platform::File>;

Error changed(const LocalGame& game, const SafePath& path)
{
    return {ErrorCode::unavailable, fmt::format("{}/{} changed on disk", game.id.text(), path.text())};
}

/// True while the file is the one that was hashed.
bool is_unchanged(const platform::File& file, const platform::FileStat& expected)
{
    const auto stat = file.stat();
    return stat && *stat == expected;
}

/// The files of a game root, which itself is opened only when a file is.
class RootFiles {
public:
    explicit RootFiles(const LocalGame& game) : game_(game) {}

    /// The file, if it is the one that was hashed.
    Result<FilePtr> open(std::uint32_t number)
    {
        const auto& path = game_.manifest->files()[number].path;
        auto file = open(path);
        if (!file) {
            // Gone, or replaced by something else: that is a change too.
            return file.error().code == ErrorCode::io ? fail(file.error().in(game_.id.text()))
                                                      : fail(changed(game_, path));
        }
        if (!is_unchanged(*file, game_.stats[number])) {
            return fail(changed(game_, path));
        }
        return std::make_shared<const platform::File>(std::move(*file));
    }

private:
    Result<platform::File> open(const SafePath& path)
    {
        if (!root_) {
            auto root = open_root({.games_folder = game_.root.parent_path(), .game = game_.id});
            if (!root) {
                return fail(root.error());
            }
            root_ = std::move(*root);
        }
        return root_->open_file(path);
    }

    const LocalGame& game_;
    std::optional<platform::Folder> root_;
};

}  // namespace

/// The large files that are kept open, by path. Thread-safe.
class ChunkReader::OpenFiles {
public:
    explicit OpenFiles(std::size_t capacity) : capacity_(capacity) {}

    Result<void> read(const LocalGame& game, std::span<const content::FilePiece> pieces,
                      std::span<std::byte> buffer)
    {
        RootFiles root(game);
        while (!pieces.empty()) {
            const auto number = pieces.front().extent.file;
            const auto& path = game.manifest->files()[number].path;
            const auto file = open(game, number, root);
            if (!file) {
                return fail(file.error());
            }
            Result<void> read;
            for (; read && !pieces.empty() && pieces.front().extent.file == number;
                 pieces = pieces.subspan(1)) {
                const auto& piece = pieces.front();
                read = (*file)->read_at(piece.extent.offset,
                                        buffer.subspan(piece.chunk_offset, piece.extent.size));
            }
            if (!is_unchanged(**file, game.stats[number])) {
                return fail(changed(game, path));
            }
            if (!read) {
                return fail(read.error().in(fmt::format("{}/{}", game.id.text(), path.text())));
            }
        }
        return {};
    }

    void forget(const std::filesystem::path& root)
    {
        const std::lock_guard lock(mutex_);
        const auto prefix = root.native() + '/';
        for (auto kept = recent_.begin(); kept != recent_.end();) {
            if (kept->path.starts_with(prefix)) {
                by_path_.erase(kept->path);
                kept = recent_.erase(kept);
            } else {
                ++kept;
            }
        }
    }

private:
    struct Kept {
        std::string path;
        FilePtr file;
    };

    Result<FilePtr> open(const LocalGame& game, std::uint32_t number, RootFiles& root)
    {
        const auto& expected = game.stats[number];
        if (expected.size < content::max_chunk_size) {
            return root.open(number);
        }
        const auto path = game.root.native() + '/' + game.manifest->files()[number].path.text();
        if (auto kept = find(path); kept && is_unchanged(*kept, expected)) {
            return kept;
        }
        auto opened = root.open(number);
        if (opened) {
            keep(path, *opened);
        }
        return opened;
    }

    FilePtr find(const std::string& path)
    {
        const std::lock_guard lock(mutex_);
        const auto found = by_path_.find(path);
        if (found == by_path_.end()) {
            return nullptr;
        }
        recent_.splice(recent_.begin(), recent_, found->second);
        return found->second->file;
    }

    void keep(const std::string& path, FilePtr file)
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = by_path_.find(path); found != by_path_.end()) {
            found->second->file = std::move(file);
            return;
        }
        recent_.push_front({path, std::move(file)});
        by_path_.emplace(path, recent_.begin());
        if (recent_.size() > capacity_) {
            by_path_.erase(recent_.back().path);
            recent_.pop_back();
        }
    }

    std::size_t capacity_;
    std::mutex mutex_;
    std::list<Kept> recent_;  // the last read first
    std::unordered_map<std::string, std::list<Kept>::iterator> by_path_;
};

ChunkReader::ChunkReader(asio::thread_pool& disk_pool, std::size_t max_open_files)
    : disk_pool_(disk_pool), open_files_(std::make_shared<OpenFiles>(max_open_files))
{
}

ChunkReader::~ChunkReader() = default;

Task<Result<void>> ChunkReader::read(LocalGamePtr game, std::uint32_t chunk, SharedBuffer buffer)
{
    if (chunk >= game->manifest->chunk_count()) {
        co_return fail(ErrorCode::not_found, fmt::format("{} has no chunk {}", game->id.text(), chunk));
    }
    std::vector<content::ChunkRange> whole{{.offset = 0, .size = game->manifest->chunk_size(chunk)}};
    co_return co_await read(std::move(game), chunk, std::move(whole), std::move(buffer));
}

Task<Result<void>> ChunkReader::read(LocalGamePtr game, std::uint32_t chunk,
                                     std::vector<content::ChunkRange> ranges, SharedBuffer buffer)
{
    if (chunk >= game->manifest->chunk_count()) {
        co_return fail(ErrorCode::not_found, fmt::format("{} has no chunk {}", game->id.text(), chunk));
    }
    if (buffer->span().size() < game->manifest->chunk_size(chunk)) {
        co_return fail(ErrorCode::internal, "the buffer is smaller than the chunk");
    }
    co_return co_await offload(
        disk_pool_, [open_files = open_files_, game, chunk, ranges = std::move(ranges), buffer] {
            return open_files->read(*game, content::file_pieces(game->manifest->extents(chunk), ranges),
                                    buffer->span());
        });
}

void ChunkReader::forget(const std::filesystem::path& root) { open_files_->forget(root); }

}  // namespace lanspread::library
