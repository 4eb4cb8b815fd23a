#include "async/cancellation.h"

#include <mutex>
#include <vector>

#include <boost/asio/post.hpp>

#include "async/signal.h"

namespace lanspread {

struct CancellationToken::Registration::Listener {
    Executor executor;
    std::function<void()> call;
    std::shared_ptr<Node> node;  ///< keeps alive what would tell us

    static void post(const std::shared_ptr<Listener>& listener)
    {
        asio::post(listener->executor, [weak = std::weak_ptr(listener)] {
            if (const auto alive = weak.lock()) {
                alive->call();
            }
        });
    }
};

struct CancellationToken::Node {
    using Listener = Registration::Listener;

    std::shared_ptr<Node> parent;  ///< a child keeps its way to the root; the way down is weak
    std::mutex mutex;
    bool cancelled = false;
    std::vector<std::weak_ptr<Node>> children;
    std::vector<std::weak_ptr<Listener>> listeners;

    /// Adds to a list of weak pointers, whose dead entries go whenever it would grow.
    template <class T>
    static void add(std::vector<std::weak_ptr<T>>& list, const std::shared_ptr<T>& entry)
    {
        if (list.size() == list.capacity()) {
            std::erase_if(list, [](const auto& weak) { return weak.expired(); });
        }
        list.push_back(entry);
    }

    void cancel()
    {
        std::vector<std::weak_ptr<Node>> to_cancel;
        std::vector<std::weak_ptr<Listener>> to_tell;
        {
            const std::lock_guard lock(mutex);
            if (cancelled) {
                return;
            }
            cancelled = true;
            to_cancel.swap(children);
            to_tell.swap(listeners);
        }
        for (const auto& weak : to_tell) {
            if (const auto listener = weak.lock()) {
                Listener::post(listener);
            }
        }
        for (const auto& weak : to_cancel) {
            if (const auto child = weak.lock()) {
                child->cancel();
            }
        }
    }
};

CancellationToken::CancellationToken() : node_(std::make_shared<Node>()) {}

CancellationToken CancellationToken::child() const
{
    auto node = std::make_shared<Node>();
    node->parent = node_;
    const std::lock_guard lock(node_->mutex);
    node->cancelled = node_->cancelled;
    Node::add(node_->children, node);
    return CancellationToken(std::move(node));
}

void CancellationToken::cancel() const { node_->cancel(); }

bool CancellationToken::is_cancelled() const
{
    const std::lock_guard lock(node_->mutex);
    return node_->cancelled;
}

CancellationToken::Registration CancellationToken::on_cancel(Executor executor,
                                                             std::function<void()> listener) const
{
    auto entry = std::make_shared<Registration::Listener>(std::move(executor), std::move(listener), node_);
    const std::lock_guard lock(node_->mutex);
    if (node_->cancelled) {
        Registration::Listener::post(entry);
    } else {
        Node::add(node_->listeners, entry);
    }
    return Registration(std::move(entry));
}

Task<void> CancellationToken::cancelled() const
{
    const auto token = *this;
    Signal signal;
    const auto registration =
        token.on_cancel(co_await asio::this_coro::executor, [&signal] { signal.notify_all(); });
    while (!token.is_cancelled()) {
        co_await signal.wait();
    }
}

}  // namespace lanspread
