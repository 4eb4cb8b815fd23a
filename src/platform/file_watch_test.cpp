#include "platform/file_watch.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "platform/temporary_folder.h"

namespace lanspread::platform {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::seconds patience(10);

void write(const std::filesystem::path& file, std::string_view text)
{
    std::ofstream(file, std::ios::binary) << text;
}

/// Watches a temporary folder as tag 7, and gathers what is told.
class Watched {
public:
    explicit Watched(std::size_t max_folders = 100)
        : watch(FileWatch::open(asio::any_io_executor(context.get_executor()), max_folders).value())
    {
    }

    /// Whether such an event is told within the deadline.
    template <class Predicate>
    bool hears(Predicate predicate)
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < deadline) {
            const auto found = std::ranges::find_if(heard, predicate);
            if (found != heard.end()) {
                heard.erase(heard.begin(), found + 1);
                return true;
            }
            asio::co_spawn(asio::any_io_executor(context.get_executor()), watch.events(),
                           [this](std::exception_ptr failure, const std::vector<FileEvent>& events) {
                               EXPECT_FALSE(failure);
                               heard.insert(heard.end(), events.begin(), events.end());
                               context.stop();
                           });
            context.restart();
            context.run_until(deadline);
        }
        return false;
    }

    bool hears(FileChange change, std::string_view name = {})
    {
        return hears([=](const FileEvent& event) { return event.change == change && event.name == name; });
    }

    TemporaryFolder folder;
    asio::io_context context;
    FileWatch watch;
    std::vector<FileEvent> heard;
};

TEST(FileWatch, tells_of_a_file_that_is_made_written_and_removed)
{
    Watched watched;
    const auto number = watched.watch.add(watched.folder.path(), 7);
    ASSERT_TRUE(number) << number.error().message;
    write(watched.folder.path() / "file", "text");
    EXPECT_TRUE(watched.hears([&](const FileEvent& event) {
        return event.change == FileChange::appeared && event.tag == 7 && event.folder == *number &&
               event.name == "file" && !event.is_folder;
    }));
    EXPECT_TRUE(watched.hears(FileChange::writing, "file"));
    EXPECT_TRUE(watched.hears(FileChange::written, "file"));
    std::filesystem::remove(watched.folder.path() / "file");
    EXPECT_TRUE(watched.hears(FileChange::vanished, "file"));
}

TEST(FileWatch, tells_of_what_is_moved_here_and_away)
{
    Watched watched;
    const TemporaryFolder other;
    ASSERT_TRUE(watched.watch.add(watched.folder.path(), 7));
    std::filesystem::create_directory(other.path() / "game");
    std::filesystem::rename(other.path() / "game", watched.folder.path() / "game");
    EXPECT_TRUE(watched.hears([](const FileEvent& event) {
        return event.change == FileChange::moved_here && event.name == "game" && event.is_folder;
    }));
    std::filesystem::rename(watched.folder.path() / "game", other.path() / "game");
    EXPECT_TRUE(watched.hears(FileChange::vanished, "game"));
}

TEST(FileWatch, tells_that_the_folder_itself_is_gone)
{
    Watched watched;
    const auto folder = watched.folder.path() / "games";
    std::filesystem::create_directory(folder);
    ASSERT_TRUE(watched.watch.add(folder, 7));
    std::filesystem::remove(folder);
    EXPECT_TRUE(watched.hears(FileChange::folder_gone));
}

TEST(FileWatch, tells_only_names_where_no_more_is_asked)
{
    Watched watched;
    write(watched.folder.path() / "old", "x");
    ASSERT_TRUE(watched.watch.add(watched.folder.path(), 7, FileWatch::Depth::names));
    write(watched.folder.path() / "old", "other");
    write(watched.folder.path() / "new", "x");
    EXPECT_TRUE(watched.hears([](const FileEvent& event) {
        EXPECT_EQ(event.name, "new");
        return event.change == FileChange::appeared;
    }));
}

TEST(FileWatch, keeps_of_a_tag_only_what_it_is_told_to)
{
    Watched watched;
    const auto kept = watched.folder.path() / "kept";
    const auto dropped = watched.folder.path() / "dropped";
    std::filesystem::create_directory(kept);
    std::filesystem::create_directory(dropped);
    const std::array numbers{watched.watch.add(kept, 7).value()};
    ASSERT_TRUE(watched.watch.add(dropped, 7));
    watched.watch.keep_only(7, numbers);
    EXPECT_EQ(watched.watch.size(), 1U);
    write(dropped / "unheard", "x");
    write(kept / "heard", "x");
    EXPECT_TRUE(watched.hears([](const FileEvent& event) {
        EXPECT_NE(event.name, "unheard");
        return event.name == "heard";
    }));
}

TEST(FileWatch, says_that_its_limit_is_reached)
{
    Watched watched(1);
    const TemporaryFolder other;
    ASSERT_TRUE(watched.watch.add(watched.folder.path(), 7));
    ASSERT_TRUE(watched.watch.add(watched.folder.path(), 8)) << "the same folder is no second one";
    const auto refused = watched.watch.add(other.path(), 7);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

TEST(FileWatch, does_not_follow_a_link)
{
    Watched watched;
    std::filesystem::create_directory_symlink("/", watched.folder.path() / "link");
    EXPECT_FALSE(watched.watch.add(watched.folder.path() / "link", 7));
}

TEST(FileWatch, says_when_more_happened_than_could_be_kept)
{
    std::size_t room = 0;
    std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> room;
    if (room == 0 || room > 100'000) {
        GTEST_SKIP() << "the system keeps more events than a test can make";
    }
    Watched watched;
    const auto one = watched.folder.path() / "one";
    const auto other = watched.folder.path() / "other";
    std::ofstream(one) << "x";
    ASSERT_TRUE(watched.watch.add(watched.folder.path(), 7));
    for (std::size_t number = 0; number <= room / 2; ++number) {
        // Two events each; those that are all alike would be kept as one.
        std::filesystem::rename(number % 2 == 0 ? one : other, number % 2 == 0 ? other : one);
    }
    EXPECT_TRUE(watched.hears(FileChange::lost));
}

TEST(FileWatch, tells_that_something_was_mounted_and_unmounted)
{
    bool may_mount = true;
    bool mounted = false;
    bool unmounted = false;
    // In a thread of its own, for the namespace is the calling thread's.
    std::thread([&] {
        const TemporaryFolder folder;
        may_mount =
            ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        if (!may_mount) {
            return;
        }
        Watched watched;
        const auto& path = folder.path();
        EXPECT_EQ(::mount("none", path.c_str(), "tmpfs", 0, nullptr), 0);
        mounted = watched.hears(FileChange::mounts);
        EXPECT_TRUE(watched.watch.add(path, 7));
        EXPECT_EQ(::umount(path.c_str()), 0) << "a watch must not keep a file system busy";
        unmounted = watched.hears(FileChange::folder_gone);
    }).join();
    if (!may_mount) {
        GTEST_SKIP() << "needs the right to mount (root)";
    }
    EXPECT_TRUE(mounted);
    EXPECT_TRUE(unmounted);
}

TEST(FileWatch, can_be_cancelled_while_nothing_happens)
{
    Watched watched;
    asio::cancellation_signal cancel;
    bool has_ended = false;
    asio::co_spawn(asio::any_io_executor(watched.context.get_executor()), watched.watch.events(),
                   asio::bind_cancellation_slot(
                       cancel.slot(), [&](const std::exception_ptr& failure, const std::vector<FileEvent>&) {
                           EXPECT_TRUE(failure);
                           has_ended = true;
                           watched.context.stop();
                       }));
    asio::post(watched.context, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
    watched.context.run_for(patience);
    EXPECT_TRUE(has_ended);
}

TEST(WatchGap, is_none_on_a_local_file_system)
{
    const TemporaryFolder folder;
    EXPECT_EQ(watch_gap(folder.path()), WatchGap::none);
}

}  // namespace
}  // namespace lanspread::platform
