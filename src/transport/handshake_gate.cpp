#include "transport/handshake_gate.h"

#include <algorithm>
#include <utility>

namespace lanspread::transport {

namespace {

Address host_of(Address address)
{
    address.port = 0;
    return address;
}

}  // namespace

HandshakeGate::Verdict HandshakeGate::judge(const Address& remote, bool is_proven) const
{
    const auto of_host = std::ranges::count_if(
        running_, [host = host_of(remote)](const auto& entry) { return entry.second.host == host; });
    const bool has_room = running_.size() < max_at_once && static_cast<std::size_t>(of_host) < max_of_host;
    if (is_proven) {
        return has_room ? Verdict::accept : Verdict::ignore;
    }
    return has_room && unproven_ < max_unproven ? Verdict::accept : Verdict::prove;
}

void HandshakeGate::began(const void* handshake, const Address& remote, bool is_proven)
{
    running_.insert_or_assign(handshake, Handshake{.host = host_of(remote), .is_proven = is_proven});
    unproven_ += is_proven ? 0 : 1;
}

void HandshakeGate::proved(const void* handshake)
{
    const auto found = running_.find(handshake);
    if (found != running_.end() && !std::exchange(found->second.is_proven, true)) {
        --unproven_;
    }
}

void HandshakeGate::ended(const void* handshake)
{
    const auto found = running_.find(handshake);
    if (found != running_.end()) {
        unproven_ -= found->second.is_proven ? 0 : 1;
        running_.erase(found);
    }
}

}  // namespace lanspread::transport
