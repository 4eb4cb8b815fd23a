#pragma once
#include "base/error.h"

#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace lanspread::platform {

/// Tells when something about the network interfaces changed: a cable, an address, a card that comes or goes.
/// Lives on the thread that runs its executor.
class InterfaceWatch {
public:
    [[nodiscard]] static Result<InterfaceWatch> open(const boost::asio::any_io_executor& executor);
    ~InterfaceWatch();
    InterfaceWatch(InterfaceWatch&&) noexcept;
    InterfaceWatch& operator=(InterfaceWatch&&) noexcept;

    /// Suspends the caller until something has changed since the last call (or since `open`). It says no more
    /// than that: read the interfaces again and compare. One caller at a time; the watch must outlive it.
    /// (The type is a Task<void>, whose header stands above this folder.)
    [[nodiscard]] boost::asio::awaitable<void> changed();

private:
    struct Socket;
    explicit InterfaceWatch(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> socket_;
};

}  // namespace lanspread::platform
