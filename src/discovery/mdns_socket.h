#pragma once
#include "async/task.h"
#include "discovery/ip_family.h"
#include "discovery/link.h"
#include "discovery/mdns_engine.h"

#include <memory>

namespace lanspread::discovery {

/// A UDP socket at port 5353 for one interface and IP family, member of the mDNS group there. The port is
/// shared with whoever else has it, such as avahi-daemon: everybody gets a copy of what goes to the group,
/// but of what goes to us alone only one of them does; so we never ask for direct answers. Lives on the
/// thread that runs its executor.
class MdnsSocket {
public:
    [[nodiscard]] static Result<std::unique_ptr<MdnsSocket>> open(const Executor& executor, const Link& link,
                                                                  IpFamily family);
    ~MdnsSocket();
    MdnsSocket(const MdnsSocket&) = delete;
    MdnsSocket& operator=(const MdnsSocket&) = delete;

    [[nodiscard]] bool is_open() const;
    /// The next packet; its interface is 0 where it is not for this socket. The socket must be kept alive
    /// meanwhile; closing it ends the wait as if it was cancelled.
    [[nodiscard]] Task<Result<ReceivedPacket>> receive();
    /// Sends to `to`, which is of the socket's family, or to the group. Never blocks.
    [[nodiscard]] Result<void> send(std::optional<Address> to, ByteSpan packet);
    void close();

private:
    struct Descriptor;
    MdnsSocket(std::unique_ptr<Descriptor> descriptor, std::uint32_t interface, IpFamily family);

    std::unique_ptr<Descriptor> descriptor_;
    std::uint32_t interface_;
    IpFamily family_;
};

}  // namespace lanspread::discovery
