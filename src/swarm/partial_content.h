#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "async/signal.h"
#include "content/manifest.h"
#include "swarm/chunk_set.h"
#include "swarm/chunk_store.h"

namespace lanspread::swarm {

/// What a download has so far, for others to fetch: its verified chunks. The download keeps it up to date,
/// the server reads it and tells those who follow. Lives on the core thread.
class PartialContent {
public:
    PartialContent(std::shared_ptr<const content::Manifest> manifest, std::shared_ptr<ChunkStore> store,
                   ChunkSet verified);

    [[nodiscard]] const std::shared_ptr<const content::Manifest>& manifest() const { return manifest_; }
    /// Null once it is closed.
    [[nodiscard]] const std::shared_ptr<ChunkStore>& store() const { return store_; }
    [[nodiscard]] const ChunkSet& verified() const { return verified_; }
    /// The chunks in the order in which they were verified, without those that were there at the beginning.
    [[nodiscard]] std::span<const std::uint32_t> history() const { return history_; }
    /// Nothing is read from it any more: its files are being moved, or removed.
    [[nodiscard]] bool is_closed() const { return store_ == nullptr; }
    /// Any of these has changed.
    [[nodiscard]] Signal& changed() { return changed_; }

    void chunk_verified(std::uint32_t chunk);
    /// Lets go of the files.
    void close();

private:
    std::shared_ptr<const content::Manifest> manifest_;
    std::shared_ptr<ChunkStore> store_;
    ChunkSet verified_;
    std::vector<std::uint32_t> history_;
    Signal changed_;
};

/// The downloads of this peer that others can fetch from, by content id. Lives on the core thread, longer
/// than the downloads.
class PartialContents {
public:
    /// Called after each `add` and `remove`.
    using OnChange = std::function<void(const PartialContent& content)>;

    void on_change(OnChange tell) { tell_ = std::move(tell); }
    /// Null where there is none.
    [[nodiscard]] std::shared_ptr<PartialContent> find(const ContentId& content) const;
    void add(std::shared_ptr<PartialContent> content);
    /// Closes it, too.
    void remove(const ContentId& content);

private:
    std::map<ContentId, std::shared_ptr<PartialContent>> contents_;
    OnChange tell_;
};

}  // namespace lanspread::swarm
