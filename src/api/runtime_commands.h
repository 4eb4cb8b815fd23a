#pragma once

#include "api/command_handler.h"
#include "runtime/peer_runtime.h"

namespace lanspread::api {

/// Answers the control socket's commands from a running peer, which must outlive it.
class RuntimeCommands : public CommandHandler {
public:
    explicit RuntimeCommands(runtime::PeerRuntime& runtime) : runtime_(runtime) {}

    [[nodiscard]] Task<Result<std::string>> answer(runtime::Command command) override;
    [[nodiscard]] std::shared_ptr<void> play(runtime::Play command) override;
    [[nodiscard]] std::vector<runtime::Event> recent_events() const override;
    [[nodiscard]] std::shared_ptr<void> subscribe(
        std::function<void(const runtime::Event&)> listener) override;

private:
    runtime::PeerRuntime& runtime_;
};

}  // namespace lanspread::api
