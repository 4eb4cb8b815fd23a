#pragma once
#include "async/task.h"
#include "discovery/beacon_engine.h"
#include "discovery/ip_family.h"

#include <memory>

namespace lanspread::discovery {

/// The beacon's UDP port for one IP family, on all interfaces. It is shared with the other peers on this
/// machine: all of them get what goes to a broadcast address or a group, but only one what goes to us alone.
/// Lives on the thread that runs its executor.
class BeaconSocket {
public:
    [[nodiscard]] static Result<std::unique_ptr<BeaconSocket>> open(const Executor& executor,
                                                                    IpFamily family);
    ~BeaconSocket();
    BeaconSocket(const BeaconSocket&) = delete;
    BeaconSocket& operator=(const BeaconSocket&) = delete;

    /// Hears what is sent to the group on an interface, until that is gone. Broadcasts need no joining.
    /// Harmless where it has joined already.
    [[nodiscard]] Result<void> join(std::uint32_t interface);
    void leave(std::uint32_t interface);

    /// The next packet. The socket must be kept alive meanwhile.
    [[nodiscard]] Task<Result<Datagram>> receive();
    /// Never blocks. `packet.to` is of the socket's family.
    [[nodiscard]] Result<void> send(const BeaconToSend& packet);

private:
    struct Descriptor;
    BeaconSocket(std::unique_ptr<Descriptor> descriptor, IpFamily family);

    std::unique_ptr<Descriptor> descriptor_;
    IpFamily family_;
};

}  // namespace lanspread::discovery
