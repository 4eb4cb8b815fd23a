#pragma once

#include <filesystem>
#include <memory>

#include "api/command_handler.h"
#include "api/frame_socket.h"
#include "async/task_group.h"

namespace lanspread::api {

/// Answers commands on the control socket of a state folder. Lives on the thread that runs `executor`.
class ControlServer {
public:
    struct Limits {
        std::size_t connections = 32;                 ///< at once; more are refused
        Duration request = std::chrono::seconds(10);  ///< in which a request must have come
        Duration answer =
            std::chrono::seconds(30);  ///< in which an answer, once there is one, must have been read
    };

    ControlServer(Executor executor, CommandHandler& handler, std::filesystem::path state_folder,
                  Limits limits);
    ControlServer(Executor executor, CommandHandler& handler, std::filesystem::path state_folder);
    ~ControlServer();

    /// Opens the socket, replacing one that a killed process left behind: who calls holds the state folder's
    /// InstanceLock.
    [[nodiscard]] Result<void> open();
    /// Serves until cancelled, and opens the socket where it is not open; at the end it is gone. Throws where
    /// the socket breaks: a service to be restarted.
    [[nodiscard]] Task<void> run();
    /// The socket's path.
    [[nodiscard]] std::filesystem::path path() const;

private:
    class Listener;

    Task<void> accept(TaskGroup* connections, Listener* listener);
    Task<void> serve(std::shared_ptr<FrameSocket> socket);
    Task<void> serve_player(std::shared_ptr<FrameSocket> socket, runtime::Play command);
    Task<Result<std::string>> ask_handler(runtime::Command command);

    Executor executor_;
    CommandHandler& handler_;
    std::filesystem::path state_folder_;
    Limits limits_;
    std::unique_ptr<Listener> listener_;
};

}  // namespace lanspread::api
