#pragma once

#include <deque>
#include <optional>

#include "async/signal.h"

namespace lanspread {

/// A first-in-first-out queue between coroutines of one thread. Not thread-safe.
template <class T>
class Queue {
public:
    void push(T value)
    {
        if (!closed_) {
            values_.push_back(std::move(value));
            changed_.notify_all();
        }
    }

    /// After the values that are already in it, `pop` gives nothing. Idempotent.
    void close()
    {
        closed_ = true;
        changed_.notify_all();
    }

    [[nodiscard]] bool empty() const { return values_.empty(); }
    [[nodiscard]] std::size_t size() const { return values_.size(); }

    /// The next value, once there is one; nothing once the queue is closed and empty.
    [[nodiscard]] Task<std::optional<T>> pop()
    {
        while (values_.empty() && !closed_) {
            co_await changed_.wait();
        }
        if (values_.empty()) {
            co_return std::nullopt;
        }
        auto value = std::move(values_.front());
        values_.pop_front();
        co_return value;
    }

private:
    std::deque<T> values_;
    Signal changed_;
    bool closed_ = false;
};

}  // namespace lanspread
