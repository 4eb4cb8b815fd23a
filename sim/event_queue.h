#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace lanspread::sim {

/// What is to happen, in the order of time; at the same time in the order in which it was added, so that a
/// run can be repeated. A value, used by one thread.
template <class Event>
class EventQueue {
public:
    void add(TimePoint time, Event event)
    {
        entries_.push_back({time, ++added_, std::move(event)});
        std::ranges::push_heap(entries_, is_later);
    }

    [[nodiscard]] bool is_empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// When the next one happens; TimePoint::max() where there is none.
    [[nodiscard]] TimePoint next_time() const
    {
        return entries_.empty() ? TimePoint::max() : entries_.front().time;
    }
    /// Takes the next one out. There must be one.
    [[nodiscard]] Event take()
    {
        std::ranges::pop_heap(entries_, is_later);
        auto event = std::move(entries_.back().event);
        entries_.pop_back();
        return event;
    }

private:
    struct Entry {
        TimePoint time;
        std::uint64_t order;
        Event event;
    };
    static bool is_later(const Entry& left, const Entry& right)
    {
        return left.time != right.time ? left.time > right.time : left.order > right.order;
    }

    std::vector<Entry> entries_;  // a heap: the next one is the first
    std::uint64_t added_ = 0;
};

}  // namespace lanspread::sim
