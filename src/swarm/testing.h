#pragma once

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "content/hash.h"
#include "library/testing.h"
#include "store/downloads.h"
#include "swarm/downloads.h"

/// For the tests of swarm/: packages in memory, and a network of peers that hold them, with the faults that
/// peers have.
namespace lanspread::swarm {

struct PackageFile {
    std::string path;
    std::string text;
    bool executable = false;
};

/// A version of a game, as a peer has it.
struct Package {
    std::shared_ptr<const content::Manifest> manifest;
    std::map<std::string, PackageFile> files;

    static Package make(std::string_view game, const std::string& version, std::vector<PackageFile> files)
    {
        files.push_back({"version.ini", version + "\n"});
        Package package;
        std::vector<content::ManifestFile> listed;
        for (auto& file : files) {
            listed.push_back({SafePath::parse(file.path).value(), file.text.size(), file.executable});
            package.files[file.path] = std::move(file);
        }
        listed = content::canonical_files(std::move(listed)).value();
        const auto layout = content::chunk_layout(listed);
        std::vector<ChunkHash> hashes;
        for (std::size_t chunk = 0; chunk + 1 < layout.first_extent.size(); ++chunk) {
            const auto first = layout.first_extent[chunk];
            const auto extents =
                std::span(layout.extents).subspan(first, layout.first_extent[chunk + 1] - first);
            hashes.push_back(content::hash_chunk(as_bytes(package.text_of(listed, extents))));
        }
        package.manifest = std::make_shared<const content::Manifest>(
            content::Manifest::make(library::game_id(game), version, std::move(listed), std::move(hashes))
                .value());
        return package;
    }

    [[nodiscard]] std::string chunk(std::uint32_t chunk) const
    {
        return text_of(manifest->files(), manifest->extents(chunk));
    }
    [[nodiscard]] const ContentId& content() const { return manifest->content_id(); }

private:
    [[nodiscard]] std::string text_of(const std::vector<content::ManifestFile>& listed,
                                      std::span<const content::Extent> extents) const
    {
        std::string text;
        for (const auto& extent : extents) {
            text += files.at(listed[extent.file].path.text()).text.substr(extent.offset, extent.size);
        }
        return text;
    }
};

/// A game of 20 chunks or so: one large file, small ones, an empty one, a program.
inline Package doom(const std::string& version = "20240101", unsigned seed = 1)
{
    return Package::make("doom", version,
                         {{"data/large.pak", library::pattern(16'500'000, seed)},
                          {"data/levels/one.map", library::pattern(400'000, 2)},
                          {"data/levels/two ü.map", library::pattern(900'000, 3)},
                          {"empty.txt", ""},
                          {"game_start.sh", "#!/bin/sh\n", true}});
}

/// A peer as its fetcher sees it. Everything but its holdings is a fault.
struct FakePeer {
    std::string name;
    std::set<ContentId> holds;
    bool lies_in_chunks = false;
    bool lies_in_manifests = false;
    bool sends_wrong_sizes = false;
    std::size_t chunks_left = SIZE_MAX;  ///< then it leaves the network
    std::size_t chunks_before_pause =
        SIZE_MAX;  ///< then it answers nothing, until it is cancelled or the pause ends
    std::size_t chunks_sent = 0;
};

class FakeNetwork final : public Network {
public:
    void add(const Package& package) { packages_[package.content()] = package; }

    [[nodiscard]] std::vector<Holder> holders(const ContentId& content) const override
    {
        std::vector<Holder> found;
        for (const auto& [id, peer] : peers) {
            if (peer.holds.contains(content) && !bans.contains(id)) {
                found.push_back({id, peer.name});
            }
        }
        return found;
    }

    Task<Result<Bytes>> fetch_manifest(PeerId peer, ContentId content, TimePoint) override
    {
        ++manifests_sent;
        if (peers.at(peer).sends_wrong_sizes) {
            co_return fail(ErrorCode::corrupt, "too large");
        }
        auto bytes = packages_.at(content).manifest->canonical_bytes();
        if (peers.at(peer).lies_in_manifests) {
            bytes.back() ^= std::byte{1};
        }
        co_return bytes;
    }

    Task<Result<void>> fetch_chunk(PeerId id, ContentId content, std::uint32_t chunk, SharedBuffer buffer,
                                   std::uint32_t size, TimePoint) override
    {
        co_await sleep_for(std::chrono::microseconds(200));
        auto& peer = peers.at(id);
        while (peer.chunks_sent >= peer.chunks_before_pause) {
            co_await resumed.wait();
        }
        if (peer.chunks_left == 0 || !peer.holds.contains(content)) {
            peer.holds.clear();
            co_return fail(ErrorCode::unavailable, "the connection is gone");
        }
        if (peer.sends_wrong_sizes) {
            co_return fail(ErrorCode::corrupt, "another size");
        }
        --peer.chunks_left;
        ++peer.chunks_sent;
        ++sent[{content, chunk}];
        const auto text = packages_.at(content).chunk(chunk);
        EXPECT_EQ(text.size(), size);
        std::ranges::copy(as_bytes(text), buffer->span().begin());
        if (peer.lies_in_chunks) {
            buffer->span()[size / 2] ^= std::byte{1};
        }
        co_return Result<void>();
    }

    void ban(const PeerId& peer, const std::string& reason) override { bans[peer] = reason; }

    std::map<PeerId, FakePeer> peers;
    std::map<PeerId, std::string> bans;
    std::map<std::pair<ContentId, std::uint32_t>, std::size_t> sent;  ///< how often each chunk was
    std::size_t manifests_sent = 0;
    Signal resumed;

private:
    std::map<ContentId, Package> packages_;
};

/// Downloads over a fake network, with a real disk, database and library.
class DownloadsTest : public library::LibraryTest {
protected:
    ~DownloadsTest() override { stop_downloads(); }

    static PeerId peer(std::uint8_t number)
    {
        PeerId id;
        id.bytes.fill(std::byte{number});
        return id;
    }

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

    void start_downloads()
    {
        if (!library_) {
            start();
        }
        downloads_ = std::make_unique<Downloads>(DownloadEnvironment{
            .executor = context_.get_executor(),
            .network = network_,
            .library = *library_,
            .database = *database_,
            .disk_pool = disk_,
            .store_pool = store_,
            .on_event =
                [this](const DownloadEvent& event) {
                    events_.push_back(event);
                    shown_at_event_.push_back(library_->find(event.game) != nullptr);
                },
            .free_space =
                [this](const std::filesystem::path&) { return Result<std::uint64_t>(free_space_.load()); },
            .space_retry = std::chrono::milliseconds(20),
            .save_interval = std::chrono::milliseconds(20)});
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
        const auto started = downloads_->start(package.manifest->game(), package.manifest->version(),
                                               package.content(), games_);
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

    static std::string read_text(const std::filesystem::path& path)
    {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
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
    std::atomic<std::uint64_t> free_space_ = std::uint64_t{1} << 40;
    std::vector<DownloadEvent> events_;
    std::vector<bool> shown_at_event_;  // whether the library had the game when the event came
    std::unique_ptr<Downloads> downloads_;
    std::unique_ptr<TaskGroup> downloads_group_;
};

}  // namespace lanspread::swarm
