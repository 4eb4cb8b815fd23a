#include "platform/file_watch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/paths.h"
#include "platform/posix.h"

namespace lanspread::platform {

namespace asio = boost::asio;
using posix::Descriptor;
using posix::retried;

namespace {

constexpr std::uint32_t of_names = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                                   IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;
constexpr std::uint32_t of_files = of_names | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;
/// Room for some thousand events.
constexpr std::size_t buffer_size = 256 * 1024;

// Of linux/magic.h only newer ones have these.
constexpr std::uint64_t cifs_magic = 0xFF534D42;
constexpr std::uint64_t smb2_magic = 0xFE534D42;
constexpr std::uint64_t fuse_magic = 0x65735546;
constexpr std::uint64_t ceph_magic = 0x00C36400;

/// Nothing where the event is of no interest.
std::optional<FileChange> to_change(std::uint32_t bits)
{
    if ((bits & IN_CREATE) != 0) {
        return FileChange::appeared;
    }
    if ((bits & IN_MOVED_TO) != 0) {
        return FileChange::moved_here;
    }
    if ((bits & (IN_DELETE | IN_MOVED_FROM)) != 0) {
        return FileChange::vanished;
    }
    if ((bits & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0) {
        return FileChange::folder_gone;
    }
    if ((bits & IN_MODIFY) != 0) {
        return FileChange::writing;
    }
    if ((bits & IN_CLOSE_WRITE) != 0) {
        return FileChange::written;
    }
    return (bits & IN_ATTRIB) != 0 ? std::optional(FileChange::attributes) : std::nullopt;
}

}  // namespace

/// The inotify instance, and which folders it watches. The table is shared with the threads that add folders:
/// a folder is in it before its first event is read.
struct FileWatch::State {
    State(const asio::any_io_executor& executor, std::size_t limit)
        : inotify(executor),
          mounts(executor),
          wake(executor, asio::steady_timer::time_point::max()),
          max_folders(limit)
    {
    }

    asio::posix::stream_descriptor inotify;
    /// /proc/thread-self/mountinfo, which reports an exceptional condition at each change (proc(5)); closed
    /// where it cannot be had.
    asio::posix::stream_descriptor mounts;
    asio::steady_timer wake;  // cancelled when there is something to read
    bool awaits_inotify = false;
    bool awaits_mounts = false;
    bool mounts_changed = false;
    std::vector<char> buffer = std::vector<char>(buffer_size);

    mutable std::mutex mutex;  // for what is below
    std::size_t max_folders;
    std::unordered_map<int, std::uint64_t> tags;
    std::map<std::uint64_t, std::unordered_set<int>> folders;

    void forget(int folder)
    {
        const auto found = tags.find(folder);
        if (found == tags.end()) {
            return;
        }
        const auto of_tag = folders.find(found->second);
        of_tag->second.erase(folder);
        if (of_tag->second.empty()) {
            folders.erase(of_tag);
        }
        tags.erase(found);
    }

    /// Sees to it that `wake` is cancelled at the next event.
    static void listen(const std::shared_ptr<State>& state);
    /// What can be read now.
    std::vector<FileEvent> read();
    void add_event(std::vector<FileEvent>& events, const inotify_event& event, std::string_view name);
};

void FileWatch::State::listen(const std::shared_ptr<State>& state)
{
    const std::weak_ptr<State> weak = state;
    if (!std::exchange(state->awaits_inotify, true)) {
        state->inotify.async_wait(asio::posix::descriptor_base::wait_read,
                                  [weak](const boost::system::error_code& error) {
                                      if (const auto self = weak.lock(); self && !error) {
                                          self->awaits_inotify = false;
                                          self->wake.cancel();
                                      }
                                  });
    }
    if (state->mounts.is_open() && !std::exchange(state->awaits_mounts, true)) {
        state->mounts.async_wait(asio::posix::descriptor_base::wait_error,
                                 [weak](const boost::system::error_code& error) {
                                     if (const auto self = weak.lock(); self && !error) {
                                         self->awaits_mounts = false;
                                         self->mounts_changed = true;
                                         self->wake.cancel();
                                     }
                                 });
    }
}

void FileWatch::State::add_event(std::vector<FileEvent>& events, const inotify_event& event,
                                 std::string_view name)
{
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
        events.push_back({});
        return;
    }
    const auto found = tags.find(event.wd);
    if (found == tags.end()) {
        return;
    }
    if (const auto change = to_change(event.mask)) {
        events.push_back({.change = *change,
                          .tag = found->second,
                          .folder = event.wd,
                          .name = std::string(name),
                          .is_folder = (event.mask & IN_ISDIR) != 0});
    }
    if ((event.mask & IN_IGNORED) != 0) {
        forget(event.wd);
    }
}

std::vector<FileEvent> FileWatch::State::read()
{
    std::vector<FileEvent> events;
    if (std::exchange(mounts_changed, false)) {
        events.push_back({.change = FileChange::mounts});
    }
    const auto size = retried([&] { return ::read(inotify.native_handle(), buffer.data(), buffer.size()); });
    const std::lock_guard lock(mutex);
    for (std::size_t at = 0; size > 0 && at < static_cast<std::size_t>(size);) {
        inotify_event event = {};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        // The kernel fills the name up with zeros.
        const auto* name = buffer.data() + at + sizeof event;
        add_event(events, event, std::string_view(name, ::strnlen(name, event.len)));
        at += sizeof event + event.len;
    }
    return events;
}

FileWatch::FileWatch(std::shared_ptr<State> state) : state_(std::move(state)) {}
FileWatch::~FileWatch() = default;
FileWatch::FileWatch(FileWatch&&) noexcept = default;
FileWatch& FileWatch::operator=(FileWatch&&) noexcept = default;

Result<FileWatch> FileWatch::open(const asio::any_io_executor& executor, std::size_t max_folders)
{
    Descriptor inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!inotify && errno == EMFILE) {
        return fail(ErrorCode::unavailable,
                    "too many programs of this user watch folders; end one, or raise the limit: "
                    "sysctl fs.inotify.max_user_instances=1024");
    }
    if (!inotify) {
        return posix::failed("watching folders");
    }
    auto state = std::make_shared<State>(executor, max_folders);
    boost::system::error_code error;
    state->inotify.assign(inotify.release(), error);
    if (error) {
        return fail(system_error("watching folders", error.value()));
    }
    if (Descriptor mounts(::open("/proc/thread-self/mountinfo", O_RDONLY | O_CLOEXEC)); mounts) {
        state->mounts.assign(mounts.release(), error);
    }
    return FileWatch(std::move(state));
}

asio::awaitable<std::vector<FileEvent>> FileWatch::events()
{
    const auto state = state_;
    while (true) {
        if (auto events = state->read(); !events.empty()) {
            co_return events;
        }
        State::listen(state);
        boost::system::error_code ignored;
        co_await state->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
    }
}

Result<int> FileWatch::add(const std::filesystem::path& folder, std::uint64_t tag, Depth depth)
{
    const std::lock_guard lock(state_->mutex);
    const int number = ::inotify_add_watch(state_->inotify.native_handle(), folder.c_str(),
                                           depth == Depth::names ? of_names : of_files);
    if (number < 0 && errno == ENOSPC) {
        return fail(ErrorCode::unavailable,
                    "the system's limit of watched folders is reached; raise it: sysctl "
                    "fs.inotify.max_user_watches=1000000");
    }
    if (number < 0) {
        return posix::failed(to_utf8(folder));
    }
    if (!state_->tags.contains(number) && state_->tags.size() >= state_->max_folders) {
        ::inotify_rm_watch(state_->inotify.native_handle(), number);
        return fail(ErrorCode::unavailable,
                    fmt::format("more than {} folders: too many to watch", state_->max_folders));
    }
    const auto found = state_->tags.find(number);
    if (found == state_->tags.end() || found->second != tag) {
        state_->forget(number);
        state_->tags[number] = tag;
        state_->folders[tag].insert(number);
    }
    return number;
}

void FileWatch::keep_only(std::uint64_t tag, std::span<const int> folders)
{
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->folders.find(tag);
    if (found == state_->folders.end()) {
        return;
    }
    auto others = found->second;
    for (const auto folder : folders) {
        others.erase(folder);
    }
    for (const auto folder : others) {
        state_->forget(folder);
        ::inotify_rm_watch(state_->inotify.native_handle(), folder);
    }
}

std::size_t FileWatch::size() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->tags.size();
}

std::optional<FolderIdentity> folder_identity(const std::filesystem::path& folder)
{
    struct stat status = {};
    if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return std::nullopt;
    }
    return FolderIdentity{.device = status.st_dev, .inode = status.st_ino};
}

WatchGap watch_gap(const std::filesystem::path& folder)
{
    struct statfs system = {};
    struct stat status = {};
    if (retried([&] { return ::statfs(folder.c_str(), &system); }) != 0 ||
        ::stat(folder.c_str(), &status) != 0) {
        return WatchGap::none;
    }
    switch (static_cast<std::uint64_t>(static_cast<std::uint32_t>(system.f_type))) {
        case NFS_SUPER_MAGIC:
        case V9FS_MAGIC:
        case AFS_SUPER_MAGIC:
        case cifs_magic:
        case smb2_magic:
        case ceph_magic: return WatchGap::elsewhere;
        // A FUSE file system on a disk of its own (NTFS) has the disk's device number.
        case fuse_magic: return major(status.st_dev) == 0 ? WatchGap::elsewhere : WatchGap::none;
        default: return WatchGap::none;
    }
}

}  // namespace lanspread::platform
