#pragma once

#include <optional>

#include "async/signal.h"
#include "swarm/server.h"

namespace lanspread::swarm {

/// A request's place in the server's queue, given back however it ends.
class Server::Turn {
public:
    Turn(Server& server, const UploadQueue::Request& request)
        : server_(server), ticket_(server.queue_.enter(request))
    {
        server_.turns_.emplace(ticket_, this);
        server_.admit();
    }
    ~Turn()
    {
        server_.turns_.erase(ticket_);
        server_.queue_.leave(ticket_, outcome_, Clock::now());
        server_.transfer_has_ended_.notify_all();
        server_.admit();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// Suspends the caller until it is served, or sent elsewhere.
    [[nodiscard]] Task<void> has_come()
    {
        while (!has_come_) {
            co_await came_.wait();
        }
    }
    /// Who to ask instead.
    [[nodiscard]] const std::optional<PeerId>& elsewhere() const { return elsewhere_; }
    /// The answer was handed to the transport.
    void was_sent() { outcome_ = UploadQueue::Outcome::sent; }

    void come(const std::optional<PeerId>& elsewhere)
    {
        has_come_ = true;
        elsewhere_ = elsewhere;
        came_.notify_all();
    }

private:
    Server& server_;
    UploadQueue::Ticket ticket_;
    UploadQueue::Outcome outcome_ = UploadQueue::Outcome::given_up;
    Signal came_;
    bool has_come_ = false;
    std::optional<PeerId> elsewhere_;
};

}  // namespace lanspread::swarm
