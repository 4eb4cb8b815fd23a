#pragma once

#include <memory>
#include <optional>

#include <boost/asio/post.hpp>

#include "async/signal.h"

namespace lanspread {

/// One value on its way from any thread to a coroutine on the owner's thread. Shared by both; whoever is last
/// frees it.
template <class T>
class OneShot : public std::enable_shared_from_this<OneShot<T>> {
public:
    /// `owner` is the executor on which `get` is awaited.
    [[nodiscard]] static std::shared_ptr<OneShot> make(Executor owner)
    {
        return std::shared_ptr<OneShot>(new OneShot(std::move(owner)));
    }

    /// Delivers the value; thread-safe; the first one counts.
    void set(T value)
    {
        asio::post(owner_, [self = this->shared_from_this(), value = std::move(value)]() mutable {
            if (!self->value_) {
                self->value_.emplace(std::move(value));
                self->arrived_.notify_all();
            }
        });
    }

    /// Suspends the caller until the value is there, or it is cancelled. Once only.
    [[nodiscard]] Task<T> get()
    {
        const auto self = this->shared_from_this();
        while (!value_) {
            co_await arrived_.wait();
        }
        co_return std::move(*value_);
    }

    /// The same, but nothing where `deadline` passes first.
    [[nodiscard]] Task<std::optional<T>> get_until(TimePoint deadline)
    {
        const auto self = this->shared_from_this();
        while (!value_) {
            if (!co_await arrived_.wait_until(deadline) && !value_) {
                co_return std::nullopt;
            }
        }
        co_return std::move(value_);
    }

private:
    explicit OneShot(Executor owner) : owner_(std::move(owner)) {}

    Executor owner_;
    Signal arrived_;
    std::optional<T> value_;
};

}  // namespace lanspread
