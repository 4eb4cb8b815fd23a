#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/error.h"
#include "runtime/commands.h"
#include "runtime/model.h"

namespace lanspread::api {

/// Who answers what is asked on the control socket. Lives on the server's thread and outlives the server.
class CommandHandler {
public:
    virtual ~CommandHandler() = default;

    /// The JSON text of the answer to any command but GetEvents and Play.
    [[nodiscard]] virtual Task<Result<std::string>> answer(runtime::Command command) = 0;

    /// Somebody plays until what this returns is destroyed.
    [[nodiscard]] virtual std::shared_ptr<void> play(runtime::Play command) = 0;

    /// The events that are still kept, oldest first.
    [[nodiscard]] virtual std::vector<runtime::Event> recent_events() const = 0;
    /// Calls `listener` for every further event, until what it returns is destroyed.
    [[nodiscard]] virtual std::shared_ptr<void> subscribe(
        std::function<void(const runtime::Event&)> listener) = 0;
};

}  // namespace lanspread::api
