#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "api/control_protocol.h"
#include "base/clock.h"
#include "base/error.h"
#include "runtime/commands.h"
#include "runtime/model.h"
#include "wire/codec.h"

namespace lanspread::api {

/// Why a command has no answer.
struct ControlError {
    Error error;
    bool no_peer = false;  ///< nobody runs with that state folder, or it ended before it answered; else the
                           ///< peer's own words
};

template <class T>
using Answer = std::expected<T, ControlError>;

/// Reads an answer, or an Event of a stream, from its JSON text.
template <class T>
[[nodiscard]] Answer<T> answer_in(const std::string& text)
{
    auto answer = wire::decode_answer<T>(text, max_answer_size);
    if (!answer) {
        return std::unexpected(ControlError{answer.error()});
    }
    return std::move(*answer);
}

/// A connection to the control socket, used from one thread; everything blocks.
class ControlConnection {
public:
    [[nodiscard]] static Answer<ControlConnection> open(const std::filesystem::path& state_folder);
    ~ControlConnection();
    ControlConnection(ControlConnection&& other) noexcept;
    ControlConnection& operator=(ControlConnection&&) = delete;

    [[nodiscard]] Answer<void> send(const runtime::Command& command);
    /// The next frame; nothing once the peer has ended its answer.
    [[nodiscard]] Answer<std::optional<std::string>> receive();
    /// The same, but `timed_out` (as the error's code) at the deadline; the frame is then still to come.
    [[nodiscard]] Answer<std::optional<std::string>> receive_until(TimePoint deadline);

    /// Leaves the connection open in the program that replaces this one (exec), until that ends.
    [[nodiscard]] Answer<void> keep_over_exec();

private:
    struct Core;
    explicit ControlConnection(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

/// Asks the peer that runs with a state folder. Used from one thread; everything blocks.
class ControlClient {
public:
    explicit ControlClient(std::filesystem::path state_folder) : state_folder_(std::move(state_folder)) {}

    /// The answer's JSON text, which is no Failure: that becomes the error.
    [[nodiscard]] Answer<std::string> ask_for_text(const runtime::Command& command) const;

    /// The answer as the struct that the command names (commands.h).
    template <class T>
    [[nodiscard]] Answer<T> ask(const runtime::Command& command) const
    {
        const auto text = ask_for_text(command);
        return text ? answer_in<T>(*text) : std::unexpected(text.error());
    }

    /// Opens a stream of events.
    [[nodiscard]] Answer<ControlConnection> events(bool follow) const;

private:
    std::filesystem::path state_folder_;
};

}  // namespace lanspread::api
