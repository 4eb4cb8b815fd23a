#pragma once

#include <memory>

#include "async/cancellation.h"
#include "async/task.h"

namespace lanspread {

/// A nursery: the children that are spawned into it end before it does. Lives on one thread, the one that
/// runs `executor`.
///
/// A child that ends with an exception other than cancellation cancels its siblings; `join` rethrows the
/// first such exception, once. Destroying a group with running children is a bug and aborts the program,
/// unless the execution context is being destroyed, and the children with it.
class TaskGroup {
public:
    /// The group is cancelled with `token`.
    TaskGroup(Executor executor, CancellationToken token);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// Starts `task` as a child, soon: never inside this call. In a cancelled group the task is dropped
    /// without having run.
    void spawn(Task<void> task);
    /// Asks every child to end, and refuses new ones. Idempotent.
    void cancel();
    [[nodiscard]] bool is_cancelled() const;
    [[nodiscard]] std::size_t running() const;
    /// Suspends the caller until no child runs. Where the caller is cancelled meanwhile, the group is too,
    /// the children are still waited for, and then the cancellation is rethrown (a child's failure first).
    /// The owner of a group awaits nothing else (see README.md).
    [[nodiscard]] Task<void> join();

private:
    struct State;
    std::shared_ptr<State> state_;
    CancellationToken::Registration registration_;
};

}  // namespace lanspread
