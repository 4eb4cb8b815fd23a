#include "async/task_group.h"

#include <cstdio>
#include <cstdlib>
#include <list>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "async/context_end.h"
#include "async/signal.h"

namespace lanspread {

struct TaskGroup::State : std::enable_shared_from_this<State> {
    using Child = std::list<asio::cancellation_signal>::iterator;

    explicit State(Executor its_executor) : executor(std::move(its_executor)), context_end(executor) {}

    Executor executor;
    ContextEnd context_end;
    std::list<asio::cancellation_signal> children;
    Signal changed;
    std::exception_ptr failure;
    bool cancelled = false;

    void cancel()
    {
        if (std::exchange(cancelled, true)) {
            return;
        }
        // Posted, so that a child may cancel its own group, and so that no handler runs inside the caller.
        asio::post(executor, [self = shared_from_this()] {
            for (auto& child : self->children) {
                child.emit(asio::cancellation_type::terminal);
            }
        });
    }

    void start(Child child, Task<void> task)
    {
        if (cancelled) {
            ended(child, nullptr);
            return;
        }
        // The end is posted: a child may end inside the emission of its signal, which must not be destroyed
        // there.
        asio::co_spawn(executor, std::move(task),
                       asio::bind_cancellation_slot(
                           child->slot(), [self = shared_from_this(), child](std::exception_ptr exception) {
                               asio::post(self->executor, [self, child, exception = std::move(exception)] {
                                   self->ended(child, exception);
                               });
                           }));
    }

    void ended(Child child, const std::exception_ptr& exception)
    {
        children.erase(child);
        if (exception && !is_cancellation(exception) && !failure) {
            failure = exception;
            cancel();
        }
        changed.notify_all();
    }
};

TaskGroup::TaskGroup(Executor executor, CancellationToken token)
    : state_(std::make_shared<State>(executor)),
      registration_(token.on_cancel(executor, [state = state_.get()] { state->cancel(); }))
{
    state_->cancelled = token.is_cancelled();
}

TaskGroup::~TaskGroup()
{
    if (!state_->children.empty() && !state_->context_end.has_come()) {
        std::fputs("lanspread: a task group was destroyed with running children\n", stderr);
        std::abort();
    }
}

void TaskGroup::spawn(Task<void> task)
{
    if (state_->cancelled) {
        return;
    }
    const auto child = state_->children.emplace(state_->children.end());
    asio::post(state_->executor, [state = state_, child, task = std::move(task)]() mutable {
        state->start(child, std::move(task));
    });
}

void TaskGroup::cancel() { state_->cancel(); }

bool TaskGroup::is_cancelled() const { return state_->cancelled; }

std::size_t TaskGroup::running() const { return state_->children.size(); }

Task<void> TaskGroup::join()
{
    const auto state = state_;
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    bool caller_cancelled = false;
    while (!state->children.empty()) {
        try {
            co_await state->changed.wait();
        } catch (const boost::system::system_error&) {
            caller_cancelled = true;
        }
        if (caller_cancelled) {
            state->cancel();
            co_await asio::this_coro::throw_if_cancelled(
                false);  // else the next wait would end where it begins
        }
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (state->failure) {
        std::rethrow_exception(std::exchange(state->failure, nullptr));
    }
    if (caller_cancelled) {
        throw_cancelled();
    }
}

}  // namespace lanspread
