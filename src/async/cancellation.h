#pragma once

#include <functional>
#include <memory>

#include "async/task.h"

namespace lanspread {

/// A node in a tree of cancellations: a child is cancelled with its parent. Copies name the same node.
/// Cancelling is idempotent and may come from any thread; whoever listens is told on the thread that it
/// named.
class CancellationToken {
public:
    /// A root of its own.
    CancellationToken();
    [[nodiscard]] CancellationToken child() const;

    void cancel() const;
    [[nodiscard]] bool is_cancelled() const;

    /// Keeps a listener registered for as long as it lives. Must be destroyed on the listener's executor.
    /// What the listener captured may be destroyed on the thread that cancels: captured references are fine,
    /// owners are not.
    class Registration;
    /// `listener` runs once, posted to `executor`, when the token is cancelled; soon, where it already is.
    [[nodiscard]] Registration on_cancel(Executor executor, std::function<void()> listener) const;

    /// Suspends the caller until the token is cancelled.
    [[nodiscard]] Task<void> cancelled() const;

private:
    struct Node;
    explicit CancellationToken(std::shared_ptr<Node> node) : node_(std::move(node)) {}

    std::shared_ptr<Node> node_;
};

class CancellationToken::Registration {
public:
    Registration() = default;
    Registration(Registration&&) noexcept = default;
    Registration& operator=(Registration&&) noexcept = default;

private:
    friend class CancellationToken;
    struct Listener;
    explicit Registration(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}

    std::shared_ptr<Listener> listener_;  // the tree holds it weakly: dropping it is the deregistration
};

}  // namespace lanspread
