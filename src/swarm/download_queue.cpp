#include "swarm/download_queue.h"

#include <algorithm>

namespace lanspread::swarm {

std::string_view to_string(Priority priority)
{
    switch (priority) {
        case Priority::high: return "high";
        case Priority::normal: return "normal";
        case Priority::low: return "low";
    }
    return "normal";
}

std::optional<Priority> parse_priority(std::string_view text)
{
    for (const auto priority : {Priority::high, Priority::normal, Priority::low}) {
        if (text == to_string(priority)) {
            return priority;
        }
    }
    return std::nullopt;
}

void DownloadQueue::add(const GameId& game, Priority priority)
{
    if (!contains(game)) {
        items_.insert(std::ranges::upper_bound(items_, priority, {}, &Item::priority), {game, priority});
    }
}

void DownloadQueue::remove(const GameId& game)
{
    std::erase_if(items_, [&](const Item& item) { return item.game == game; });
}

void DownloadQueue::set_priority(const GameId& game, Priority new_priority)
{
    if (contains(game) && priority(game) != new_priority) {
        remove(game);
        add(game, new_priority);
    }
}

void DownloadQueue::move(const GameId& game, std::size_t position)
{
    const auto found = std::ranges::find(items_, game, &Item::game);
    if (found == items_.end()) {
        return;
    }
    const auto item = *found;
    items_.erase(found);
    const auto same = std::ranges::equal_range(items_, item.priority, {}, &Item::priority);
    const auto first = static_cast<std::size_t>(same.begin() - items_.begin());
    const auto wanted = std::clamp(std::max<std::size_t>(position, 1) - 1, first, first + same.size());
    items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(wanted), item);
}

std::size_t DownloadQueue::position(const GameId& game) const
{
    const auto found = std::ranges::find(items_, game, &Item::game);
    return found == items_.end() ? 0 : static_cast<std::size_t>(found - items_.begin()) + 1;
}

Priority DownloadQueue::priority(const GameId& game) const
{
    const auto found = std::ranges::find(items_, game, &Item::game);
    return found == items_.end() ? Priority::normal : found->priority;
}

std::set<GameId> DownloadQueue::admit(std::size_t places,
                                      const std::function<bool(const GameId&)>& can_run) const
{
    std::set<GameId> admitted;
    for (const auto& item : items_) {
        if (admitted.size() < places && can_run(item.game)) {
            admitted.insert(item.game);
        }
    }
    return admitted;
}

}  // namespace lanspread::swarm
