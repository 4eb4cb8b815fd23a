#include "swarm/partial_content.h"

#include <utility>

namespace lanspread::swarm {

PartialContent::PartialContent(std::shared_ptr<const content::Manifest> manifest,
                               std::shared_ptr<ChunkStore> store, ChunkSet verified)
    : manifest_(std::move(manifest)), store_(std::move(store)), verified_(std::move(verified))
{
}

void PartialContent::chunk_verified(std::uint32_t chunk)
{
    if (!verified_.contains(chunk)) {
        verified_.insert(chunk);
        history_.push_back(chunk);
        changed_.notify_all();
    }
}

void PartialContent::close()
{
    store_.reset();
    changed_.notify_all();
}

std::shared_ptr<PartialContent> PartialContents::find(const ContentId& content) const
{
    const auto found = contents_.find(content);
    return found == contents_.end() ? nullptr : found->second;
}

void PartialContents::add(std::shared_ptr<PartialContent> content)
{
    const auto added = contents_.insert_or_assign(content->manifest()->content_id(), content).first->second;
    if (tell_) {
        tell_(*added);
    }
}

void PartialContents::remove(const ContentId& content)
{
    const auto removed = contents_.extract(content);
    if (removed) {
        removed.mapped()->close();
        if (tell_) {
            tell_(*removed.mapped());
        }
    }
}

}  // namespace lanspread::swarm
