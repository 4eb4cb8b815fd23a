#pragma once

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "library/testing.h"
#include "store/downloads.h"
#include "swarm/downloads.h"
#include "swarm/fake_network.h"
#include "swarm/peers_fixture.h"

/// For the tests of swarm/: downloads from the peers of a FakeNetwork.
namespace lanspread::swarm {

inline std::string read_text(const std::filesystem::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return std::move(text).str();
}

/// Downloads over a fake network, with a real disk, database and library.
class DownloadsTest : public library::LibraryTest {
protected:
    ~DownloadsTest() override { stop_downloads(); }

    /// A peer that has `packages`.
    FakePeer& add_peer(std::uint8_t number, std::string name, const std::vector<Package>& packages)
    {
        auto& added = network_.peers[peer(number)];
        added.name = std::move(name);
        for (const auto& package : packages) {
            network_.add(package);
            added.holds.insert(package.content());
        }
        return added;
    }

    /// Writes the package's files as a game root.
    void install(const Package& package) const
    {
        const auto root = games_ / package.manifest->game().text();
        for (const auto& [path, file] : package.files) {
            library::write_file(root / path, file.text);
            if (file.executable) {
                std::filesystem::permissions(root / path, std::filesystem::perms::owner_exec,
                                             std::filesystem::perm_options::add);
            }
        }
    }

    void start_downloads()
    {
        if (!library_) {
            start();
        }
        downloads_ = std::make_unique<Downloads>(DownloadEnvironment{
            .executor = context_.get_executor(),
            .network = network_,
            .partials = partials_,
            .library = *library_,
            .database = *database_,
            .disk_pool = disk_,
            .store_pool = store_,
            .on_event =
                [this](const DownloadEvent& event) {
                    events_.push_back(event);
                    shown_at_event_.push_back(library_->find(event.game) != nullptr);
                },
            .disk_room =
                [this](const std::filesystem::path&) {
                    return Result<platform::DiskRoom>({.free = free_space_, .can_clone = can_clone_});
                },
            .space_retry = std::chrono::milliseconds(20),
            .save_interval = std::chrono::milliseconds(20)});
        downloads_->restore(records());
        downloads_group_ = std::make_unique<TaskGroup>(context_.get_executor(), CancellationToken());
        downloads_group_->spawn(downloads_->run());
    }

    /// Ends the process, as far as downloads know.
    void stop_downloads()
    {
        if (downloads_group_) {
            downloads_group_->cancel();
            testing::run_until(context_, [this] { return downloads_group_->running() == 0; });
        }
        downloads_group_.reset();
        downloads_.reset();
    }

    void restart_all()
    {
        stop_downloads();
        stop();
        network_.sent.clear();
        start();
        start_downloads();
    }

    void get(const Package& package)
    {
        const auto started = wait(downloads_->start(package.manifest->game(), package.manifest->version(),
                                                    package.content(), games_));
        ASSERT_TRUE(started) << started.error().message;
    }

    [[nodiscard]] DownloadStatus status(const Package& package) const
    {
        return downloads_->find(package.manifest->game()).value_or(DownloadStatus{});
    }

    void wait_for(const Package& package, DownloadState state)
    {
        testing::run_until(
            context_, [&] { return status(package).state == state || is_terminal(status(package).state); });
        ASSERT_EQ(status(package).state, state) << status(package).reason;
    }

    void wait_for_chunks(std::size_t count)
    {
        testing::run_until(context_, [&] { return chunks_sent() >= count; });
    }

    [[nodiscard]] std::size_t chunks_sent() const
    {
        std::size_t all = 0;
        for (const auto& [chunk, count] : network_.sent) {
            all += count;
        }
        return all;
    }

    [[nodiscard]] std::ptrdiff_t told(DownloadEvent::Kind kind) const
    {
        return std::ranges::count(events_, kind, &DownloadEvent::kind);
    }

    [[nodiscard]] std::ptrdiff_t ends_told() const
    {
        using Kind = DownloadEvent::Kind;
        return told(Kind::done) + told(Kind::failed) + told(Kind::cancelled);
    }

    /// The game root has the package's files and nothing else, but for `also`.
    void expect_tree(const Package& package, const std::set<std::string>& also = {}) const
    {
        const auto root = games_ / package.manifest->game().text();
        std::set<std::string> expected = also;
        for (const auto& [path, file] : package.files) {
            expected.insert(path);
            EXPECT_TRUE(read_text(root / path) == file.text) << path;
            const auto mode = std::filesystem::status(root / path).permissions();
            EXPECT_EQ((mode & std::filesystem::perms::owner_exec) != std::filesystem::perms::none,
                      file.executable)
                << path;
        }
        std::set<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
            if (!entry.is_directory()) {
                found.insert(std::filesystem::relative(entry.path(), root).string());
            }
        }
        EXPECT_EQ(found, expected);
    }

    /// What the store has of downloads, read on its own thread.
    [[nodiscard]] std::vector<store::DownloadRecord> records()
    {
        std::promise<std::vector<store::DownloadRecord>> read;
        asio::post(store_, [&] { read.set_value(store::Downloads(*database_).load_all().value()); });
        return read.get_future().get();
    }

    [[nodiscard]] std::filesystem::path partial(const Package& package) const
    {
        return games_ / package.manifest->game().text() / ".lanspread/download" / package.content().hex();
    }

    FakeNetwork network_;
    PartialContents partials_;
    std::atomic<std::uint64_t> free_space_ = std::uint64_t{1} << 40;
    std::atomic<bool> can_clone_ = true;
    std::vector<DownloadEvent> events_;
    std::vector<bool> shown_at_event_;  // whether the library had the game when the event came
    std::unique_ptr<Downloads> downloads_;
    std::unique_ptr<TaskGroup> downloads_group_;
};

}  // namespace lanspread::swarm
