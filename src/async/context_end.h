#pragma once

#include <memory>

#include "async/task.h"

namespace lanspread {

/// Tells whether an execution context is being destroyed: then every coroutine on it is destroyed where it
/// waits, in whatever order, and none of them runs again, so what holds for running programs cannot be asked
/// of them.
class ContextEnd {
public:
    explicit ContextEnd(const Executor& executor);
    [[nodiscard]] bool has_come() const { return *has_come_; }

private:
    std::shared_ptr<const bool> has_come_;  // outlives the context, as objects that are asked may
};

}  // namespace lanspread
