#include "platform/folder.h"

#include <linux/openat2.h>
#include <sys/syscall.h>

#include <limits>

#include <fmt/format.h>

#include "platform/paths.h"
#include "platform/posix.h"
#include "platform/tree_posix.h"

namespace lanspread::platform {

using posix::Descriptor;
using posix::retried;

namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
/// O_NONBLOCK: opening a pipe must not wait for its other end.
constexpr int file_flags = O_NONBLOCK | O_CLOEXEC;

std::unexpected<Error> failed(std::string_view name)
{
    // ELOOP: a link where none may be. EXDEV: openat2 found the way out of the folder. ENXIO: a socket, or a
    // pipe.
    if (errno == ELOOP || errno == EXDEV || errno == ENOTDIR || errno == ENXIO) {
        return fail(ErrorCode::refused, fmt::format("{}: a link, or not what it should be", name));
    }
    return posix::failed(name);
}

/// Opens component by component, none of which may be a link: for kernels and sandboxes without openat2.
int open_by_steps(int folder, std::string_view name, int flags, mode_t mode)
{
    Descriptor current;
    while (true) {
        const auto slash = name.find('/');
        const std::string component(name.substr(0, slash));
        const bool is_last = slash == std::string_view::npos;
        const int from = current ? current.get() : folder;
        const int step_flags = (is_last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC) | O_NOFOLLOW;
        const int next =
            retried([&] { return ::openat(from, component.c_str(), step_flags, is_last ? mode : 0); });
        if (next < 0 || is_last) {
            return next;
        }
        current = Descriptor(next);
        name.remove_prefix(slash + 1);
    }
}

/// Opens below `folder` without following any link.
Descriptor open_below(int folder, const std::string& name, int flags, mode_t mode = 0)
{
    open_how how = {};
    how.flags = static_cast<std::uint64_t>(flags);
    how.mode = (flags & O_CREAT) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const auto opened = retried(
        [&] { return static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how)); });
    if (opened < 0 && (errno == ENOSYS || errno == EPERM)) {
        return Descriptor(open_by_steps(folder, name, flags, mode));
    }
    return Descriptor(opened);
}

Result<File> open_regular(int folder, const SafePath& name, int flags, mode_t mode = 0)
{
    auto descriptor = open_below(folder, name.text(), flags | file_flags, mode);
    return descriptor ? posix::regular_file(std::move(descriptor), name.text()) : failed(name.text());
}

}  // namespace

struct Folder::Place {
    Descriptor owned;  ///< empty where the place is the folder itself
    int folder = -1;
    std::string leaf;
};

Result<Folder::Place> Folder::place(const SafePath& name) const
{
    const auto& text = name.text();
    const auto slash = text.rfind('/');
    if (slash == std::string::npos) {
        return Place{.owned = {}, .folder = descriptor_, .leaf = text};
    }
    auto parent = open_below(descriptor_, text.substr(0, slash), folder_flags);
    if (!parent) {
        return failed(text);
    }
    const int descriptor = parent.get();
    return Place{.owned = std::move(parent), .folder = descriptor, .leaf = text.substr(slash + 1)};
}

Folder::~Folder()
{
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Folder::Folder(Folder&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Folder& Folder::operator=(Folder&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

Result<Folder> Folder::open(const std::filesystem::path& path)
{
    Descriptor descriptor(retried([&] { return ::open(path.c_str(), folder_flags); }));
    return descriptor ? Result<Folder>(Folder(descriptor.release())) : failed(to_utf8(path));
}

Result<Folder> Folder::open_folder(const SafePath& name) const
{
    auto descriptor = open_below(descriptor_, name.text(), folder_flags);
    return descriptor ? Result<Folder>(Folder(descriptor.release())) : failed(name.text());
}

Result<File> Folder::open_file(const SafePath& name) const
{
    return open_regular(descriptor_, name, O_RDONLY);
}

Result<File> Folder::open_for_writing(const SafePath& name) const
{
    return open_regular(descriptor_, name, O_RDWR);
}

Result<File> Folder::create_file(const SafePath& name) const
{
    return open_regular(descriptor_, name, O_RDWR | O_CREAT, 0666);
}

Result<void> Folder::write_atomically(const SafePath& name, ByteSpan bytes) const
{
    const auto place = this->place(name);
    return place ? posix::replace_file(place->folder, place->leaf, bytes, 0666) : fail(place.error());
}

Result<void> Folder::make_folders(const SafePath& name) const
{
    const auto& text = name.text();
    for (auto slash = text.find('/');; slash = text.find('/', slash + 1)) {
        const auto parsed = SafePath::parse(text.substr(0, slash));
        const auto place = parsed ? this->place(*parsed) : fail(parsed.error());
        if (!place) {
            return fail(place.error());
        }
        if (::mkdirat(place->folder, place->leaf.c_str(), 0777) != 0 && errno != EEXIST) {
            return failed(text);
        }
        if (slash == std::string::npos) {
            break;
        }
    }
    return open_below(descriptor_, text, folder_flags) ? Result<void>() : failed(text);
}

Result<void> Folder::rename(const SafePath& from, const Folder& to_folder, const SafePath& to) const
{
    const auto old_place = place(from);
    if (!old_place) {
        return fail(old_place.error());
    }
    const auto new_place = to_folder.place(to);
    if (!new_place) {
        return fail(new_place.error());
    }
    if (::renameat(old_place->folder, old_place->leaf.c_str(), new_place->folder, new_place->leaf.c_str()) !=
        0) {
        return posix::failed(fmt::format("{} to {}", from.text(), to.text()));
    }
    return {};
}

Result<void> Folder::remove_file(const SafePath& name) const
{
    const auto place = this->place(name);
    if (!place) {
        return place.error().code == ErrorCode::not_found ? Result<void>() : fail(place.error());
    }
    if (::unlinkat(place->folder, place->leaf.c_str(), 0) != 0 && errno != ENOENT) {
        return posix::failed(name.text());
    }
    return {};
}

Result<bool> Folder::remove_empty_folder(const SafePath& name) const
{
    const auto place = this->place(name);
    if (!place) {
        return place.error().code == ErrorCode::not_found ? Result<bool>(true) : fail(place.error());
    }
    if (::unlinkat(place->folder, place->leaf.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
        return true;
    }
    if (errno == ENOTEMPTY || errno == EEXIST) {
        return false;
    }
    return failed(name.text());
}

Result<void> Folder::remove_tree(const SafePath& name) const
{
    const auto place = this->place(name);
    if (!place) {
        return place.error().code == ErrorCode::not_found ? Result<void>() : fail(place.error());
    }
    return posix::remove_tree(place->folder, place->leaf);
}

Result<Entry> Folder::stat(const SafePath& name) const
{
    const auto place = this->place(name);
    if (!place) {
        return fail(place.error());
    }
    auto entry = posix::entry_at(place->folder, place->leaf);
    if (!entry) {
        return fail(entry.error());
    }
    entry->name = name.text();
    return entry;
}

Result<std::vector<Entry>> Folder::list() const
{
    return posix::list_tree(descriptor_, std::numeric_limits<std::size_t>::max(),
                            [](std::string_view) { return true; });
}

Result<std::vector<Entry>> Folder::list_tree(std::size_t max_entries,
                                             const std::function<bool(std::string_view)>& skip) const
{
    return posix::list_tree(descriptor_, max_entries, skip);
}

Result<void> Folder::sync() const { return posix::sync_descriptor(descriptor_, "sync the folder"); }

Result<void> Folder::sync_folder(const SafePath& name) const
{
    const auto folder = open_folder(name);
    return folder ? folder->sync() : fail(folder.error());
}

Result<void> Folder::sync_file_system() const
{
    if (retried([&] { return ::syncfs(descriptor_); }) != 0) {
        return posix::failed("sync the file system");
    }
    return {};
}

}  // namespace lanspread::platform
