#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "async/signal.h"
#include "content/hash.h"
#include "library/testing.h"
#include "swarm/block_sums.h"
#include "swarm/chunk_assembly.h"
#include "swarm/manifest_parts.h"
#include "swarm/network.h"

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
    std::map<ContentId, std::set<std::uint32_t>> partial = {};  ///< what it has of what it fetches itself
    std::set<std::uint32_t> sent_elsewhere = {};  ///< chunks for which it once names another peer
    bool lies_in_bitfields = false;
    bool lies_in_chunks = false;
    bool lies_in_manifests = false;
    bool lies_in_manifest_sums = false;  ///< they are right, but in another order
    /// What it says, right or wrong, when it is asked for sums of a manifest's bytes that runs name.
    std::function<Bytes(const std::vector<std::uint32_t>& runs)> manifest_sums = {};
    bool is_stuck_on_manifest_sums = false;
    bool lies_in_sums = false;
    /// The sums that it tells of small blocks are those of this content: as if they agreed by chance.
    std::optional<ContentId> small_sums_of = {};
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
            const bool is_complete = peer.holds.contains(content);
            if ((is_complete || peer.partial.contains(content)) && !bans.contains(id)) {
                found.push_back({id, peer.name, is_complete});
            }
        }
        return found;
    }

    Task<Result<Bytes>> fetch_manifest(PeerId peer, ContentId content, TimePoint deadline) override
    {
        if (Clock::now() >= deadline) {
            co_return fail(ErrorCode::timed_out, "no answer");
        }
        ++manifests_sent;
        if (peers.at(peer).sends_wrong_sizes) {
            co_return fail(ErrorCode::corrupt, "too large");
        }
        auto bytes = packages_.at(content).manifest->canonical_bytes();
        if (peers.at(peer).lies_in_manifests) {
            bytes.back() ^= std::byte{1};
        }
        bytes_of_manifests += bytes.size();
        co_return bytes;
    }

    Task<Result<Bytes>> fetch_manifest_sums(PeerId peer, ContentId content, std::uint32_t items,
                                            std::vector<std::uint32_t> runs, TimePoint deadline) override
    {
        if (peers.at(peer).is_stuck_on_manifest_sums) {
            co_await sleep_until(deadline);
            co_return fail(ErrorCode::timed_out, "no answer");
        }
        auto sums = manifest_sums(content::ManifestGroups(*packages_.at(content).manifest), items, runs);
        if (sums && peers.at(peer).manifest_sums) {
            sums = peers.at(peer).manifest_sums(runs);
        }
        if (sums && peers.at(peer).lies_in_manifest_sums) {
            std::ranges::rotate(*sums, sums->end() - 8);
        }
        bytes_of_manifests += sums ? sums->size() : 0;
        co_return sums;
    }

    Task<Result<Bytes>> fetch_manifest_ranges(PeerId peer, ContentId content, std::vector<std::uint32_t> runs,
                                              std::uint32_t size, TimePoint) override
    {
        auto bytes = manifest_ranges(content::ManifestGroups(*packages_.at(content).manifest), runs);
        if (!bytes) {
            co_return bytes;
        }
        EXPECT_EQ(bytes->size(), size);
        if (peers.at(peer).lies_in_manifests) {
            bytes->back() ^= std::byte{1};
        }
        bytes_of_manifests += bytes->size();
        co_return bytes;
    }

    Task<Result<Fetched>> fetch_chunk(PeerId id, ContentId content, std::uint32_t chunk, SharedBuffer buffer,
                                      std::uint32_t size, transport::Patience) override
    {
        co_await sleep_for(std::chrono::microseconds(200));
        auto& peer = peers.at(id);
        while (peer.chunks_sent >= peer.chunks_before_pause) {
            has_held_back = true;
            co_await resumed.wait();
        }
        if (peer.sent_elsewhere.erase(chunk) > 0) {
            co_return Fetched(PeerId{});
        }
        if (peer.partial.contains(content) && !peer.partial.at(content).contains(chunk)) {
            co_return fail(ErrorCode::not_found, "that chunk is not here");
        }
        if (peer.chunks_left == 0 || !(peer.holds.contains(content) || peer.partial.contains(content))) {
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
        co_return Fetched();
    }

    Task<Result<Bytes>> fetch_sums(PeerId id, ContentId content, BlockRuns blocks, std::uint32_t piece,
                                   std::uint32_t size, TimePoint) override
    {
        co_await sleep_for(std::chrono::microseconds(200));
        const bool is_small = piece < large_block;
        auto bytes = co_await parts(id, content, blocks,
                                    is_small ? peers.at(id).small_sums_of.value_or(content) : content);
        if (!bytes) {
            co_return fail(bytes.error());
        }
        Bytes sums;
        for (const auto& part : *bytes) {
            append_sums(sums, as_bytes(part), piece);
        }
        if (peers.at(id).lies_in_sums) {
            std::ranges::rotate(sums, sums.begin() + 4 % static_cast<std::ptrdiff_t>(sums.size() + 1));
        }
        EXPECT_EQ(sums.size(), size);
        bytes_of_sums += sums.size();
        co_return sums;
    }

    Task<Result<Bytes>> fetch_ranges(PeerId id, ContentId content, BlockRuns blocks, std::uint32_t size,
                                     TimePoint) override
    {
        co_await sleep_for(std::chrono::microseconds(200));
        auto parts = co_await this->parts(id, content, blocks, content);
        if (!parts) {
            co_return fail(parts.error());
        }
        Bytes bytes;
        for (const auto& part : *parts) {
            const auto its = as_bytes(part);
            bytes.insert(bytes.end(), its.begin(), its.end());
        }
        EXPECT_EQ(bytes.size(), size);
        bytes_of_ranges += bytes.size();
        co_return bytes;
    }

    Task<Result<void>> follow(PeerId id, ContentId content, std::uint32_t chunks, FollowSink* sink) override
    {
        const auto& peer = peers.at(id);
        if (peer.lies_in_bitfields) {
            co_return fail(ErrorCode::corrupt, "chunk 4711 of 20");
        }
        sink->bitfield(ChunkSet::none_of(chunks));
        while (peer.partial.contains(content)) {
            const auto& has = peer.partial.at(content);
            sink->have({has.begin(), has.end()});
            co_await partials_changed.wait();
        }
        co_return Result<void>();
    }

    void ban(const PeerId& peer, const std::string& reason) override { bans[peer] = reason; }

    std::map<PeerId, FakePeer> peers;
    std::map<PeerId, std::string> bans;
    std::map<std::pair<ContentId, std::uint32_t>, std::size_t> sent;  ///< how often each chunk was
    std::size_t manifests_sent = 0;                                   ///< whole
    Signal resumed;
    Signal partials_changed;     ///< tells followers what `partial` of their peers is now
    bool has_held_back = false;  ///< a peer in its pause has been asked for a chunk

    std::uint64_t bytes_of_manifests = 0;  ///< whole ones, and parts of them with the sums for those
    std::uint64_t bytes_of_sums = 0;
    std::uint64_t bytes_of_ranges = 0;

private:
    /// The bytes that `of` has in the parts that a question for `content` names, at a peer that has those.
    Task<Result<std::vector<std::string>>> parts(PeerId id, ContentId content, BlockRuns blocks, ContentId of)
    {
        auto& peer = peers.at(id);
        while (peer.chunks_sent >= peer.chunks_before_pause) {
            has_held_back = true;
            co_await resumed.wait();
        }
        const auto& package = packages_.at(content);
        const auto parts = to_parts(blocks, *package.manifest);
        EXPECT_TRUE(parts);
        std::vector<std::string> texts;
        for (const auto& part : *parts) {
            const bool has_it =
                peer.holds.contains(content) ||
                (peer.partial.contains(content) && peer.partial.at(content).contains(part.chunk));
            if (!has_it || peer.chunks_left == 0) {
                co_return fail(ErrorCode::not_found, "that chunk is not here");
            }
            texts.push_back(packages_.at(of).chunk(part.chunk).substr(part.offset, part.size));
        }
        co_return texts;
    }

    std::map<ContentId, Package> packages_;
};

}  // namespace lanspread::swarm
