#include "platform/tree_posix.h"

#include <dirent.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "platform/paths.h"
#include "platform/posix.h"

namespace lanspread::platform::posix {

namespace {

constexpr unsigned max_depth = 64;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

/// The names in an open folder, without `.` and `..`.
Result<std::vector<std::string>> names_in(int folder, std::string_view shown)
{
    Descriptor again(retried([&] { return ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!again) {
        return failed(shown);
    }
    const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(again.get()));
    if (!directory) {
        return failed(shown);
    }
    (void)again.release();  // the directory owns it now
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(directory.get());
        if (entry == nullptr) {
            break;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    if (errno != 0) {
        return failed(shown);
    }
    return names;
}

class Lister {
public:
    Lister(std::size_t max_entries, const std::function<bool(std::string_view)>& skip)
        : max_entries_(max_entries), skip_(skip)
    {
    }

    Result<void> walk(int folder, const std::string& prefix, unsigned depth)
    {
        const auto shown = prefix.empty() ? "the folder" : to_utf8(prefix);
        if (depth > max_depth) {
            return fail(ErrorCode::invalid_input,
                        fmt::format("{}: folders more than {} deep", shown, max_depth));
        }
        const auto names = names_in(folder, shown);
        if (!names) {
            return fail(names.error());
        }
        for (const auto& name : *names) {
            if (auto listed = add(folder, prefix, name, depth); !listed) {
                return listed;
            }
        }
        return {};
    }

    std::vector<Entry> take()
    {
        std::ranges::sort(entries_, {}, &Entry::name);
        return std::move(entries_);
    }

private:
    Result<void> add(int folder, const std::string& prefix, const std::string& name, unsigned depth)
    {
        auto entry = entry_at(folder, name);
        if (!entry) {
            // Gone since the folder was read.
            return entry.error().code == ErrorCode::not_found ? Result<void>()
                                                              : fail(entry.error().in(to_utf8(prefix)));
        }
        if (entries_.size() == max_entries_) {
            return fail(ErrorCode::invalid_input, fmt::format("more than {} files", max_entries_));
        }
        const auto full_name = prefix + name;
        entry->name = full_name;
        const bool is_folder = entry->kind == EntryKind::folder;
        entries_.push_back(std::move(*entry));
        if (!is_folder || (skip_ && skip_(full_name))) {
            return {};
        }
        const Descriptor below(retried(
            [&] { return ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }));
        if (!below) {
            return failed(to_utf8(full_name));
        }
        return walk(below.get(), full_name + "/", depth + 1);
    }

    std::size_t max_entries_;
    const std::function<bool(std::string_view)>& skip_;
    std::vector<Entry> entries_;
};

// Deeper than what is listed: whatever could be made must be possible to remove.
constexpr unsigned max_removal_depth = 512;

Result<void> remove_below(int folder, const std::string& name, unsigned depth)
{
    const Descriptor below(retried(
        [&] { return ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }));
    if (!below) {
        if (errno == ENOENT) {
            return {};
        }
        const int open_error = errno;
        if ((errno == ENOTDIR || errno == ELOOP) &&
            (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT)) {
            return {};
        }
        return fail(
            system_error(to_utf8(name), open_error == ENOTDIR || open_error == ELOOP ? errno : open_error));
    }
    if (depth > max_removal_depth) {
        return fail(ErrorCode::io,
                    fmt::format("{}: folders more than {} deep", to_utf8(name), max_removal_depth));
    }
    const auto names = names_in(below.get(), to_utf8(name));
    if (!names) {
        return fail(names.error());
    }
    for (const auto& child : *names) {
        if (auto removed = remove_below(below.get(), child, depth + 1); !removed) {
            return fail(removed.error().in(to_utf8(name)));
        }
    }
    if (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        return failed(to_utf8(name));
    }
    return {};
}

}  // namespace

Result<Entry> entry_at(int folder, const std::string& name)
{
    struct stat status = {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return failed(to_utf8(name));
    }
    const auto kind = S_ISREG(status.st_mode)   ? EntryKind::file
                      : S_ISDIR(status.st_mode) ? EntryKind::folder
                      : S_ISLNK(status.st_mode) ? EntryKind::link
                                                : EntryKind::other;
    constexpr std::uint64_t block = 512;  // whatever the file system's: stat(2)
    return Entry{.name = name,
                 .kind = kind,
                 .stat = to_file_stat(status),
                 .allocated = static_cast<std::uint64_t>(status.st_blocks) * block};
}

Result<std::vector<Entry>> list_tree(int folder, std::size_t max_entries,
                                     const std::function<bool(std::string_view)>& skip)
{
    Lister lister(max_entries, skip);
    if (auto walked = lister.walk(folder, {}, 0); !walked) {
        return fail(walked.error());
    }
    return lister.take();
}

Result<void> remove_tree(int folder, const std::string& name) { return remove_below(folder, name, 0); }

}  // namespace lanspread::platform::posix
