#pragma once

#include <memory>

#include "api/command_handler.h"
#include "api/frame_socket.h"
#include "async/queue.h"
#include "async/task_group.h"

namespace lanspread::api {

/// The answer to one GetEvents: the recent events and, with `follow`, every further one until the asker hangs
/// up. An asker that does not keep up is hung up on, for what it misses it would never know of.
class EventStream {
public:
    EventStream(Executor executor, CommandHandler& handler, std::shared_ptr<FrameSocket> socket,
                Duration patience);

    /// Runs to the end of the stream. Once only.
    [[nodiscard]] Task<void> run(bool follow);

private:
    void add(const runtime::Event& event);
    Task<void> send();
    Task<void> watch_for_hang_up();

    CommandHandler& handler_;
    std::shared_ptr<FrameSocket> socket_;
    Duration patience_;
    Queue<runtime::Event> waiting_;
    TaskGroup group_;
};

}  // namespace lanspread::api
