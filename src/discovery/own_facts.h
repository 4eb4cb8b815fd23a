#pragma once
#include "base/clock.h"
#include "discovery/service_records.h"

#include <map>
#include <vector>

namespace lanspread::discovery {

/// Tells what we say from what others say, on whichever link it is heard: our packets come back to us, and
/// with two cards in one network, or over a reflector, those of one link arrive on the other.
class OwnFacts {
public:
    explicit OwnFacts(const Announcement& announcement) : announcement_(announcement) {}

    /// `announcement.id` and `epoch` stay what they are.
    void set_announcement(const Announcement& announcement) { announcement_ = announcement; }
    /// All addresses of all our links. Those that are no longer among them stay ours for a while, since
    /// packets with them may be on their way.
    void set_addresses(const std::vector<Address>& addresses, TimePoint now);

    /// Whether a record under one of our names says nothing but what we say, or said a moment ago.
    [[nodiscard]] bool includes(const DnsRecord& record, TimePoint now) const;
    /// Whether a record is another process's that has our peer id.
    [[nodiscard]] bool is_double(const DnsRecord& record) const;

private:
    Announcement announcement_;
    std::map<Address, TimePoint> addresses_;  // without port and scope; until when
};

}  // namespace lanspread::discovery
