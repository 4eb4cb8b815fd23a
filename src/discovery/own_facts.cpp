#include "discovery/own_facts.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

constexpr std::chrono::seconds afterglow{10};

Address without_port(Address address)
{
    address.port = 0;
    address.scope = 0;
    return address;
}

}  // namespace

void OwnFacts::set_addresses(const std::vector<Address>& addresses, TimePoint now)
{
    std::erase_if(addresses_, [now](const auto& entry) { return entry.second <= now; });
    for (auto& until : addresses_) {
        until.second = std::min(until.second, now + afterglow);
    }
    for (const auto& address : addresses) {
        addresses_[without_port(address)] = TimePoint::max();
    }
}

bool OwnFacts::includes(const DnsRecord& record, TimePoint now) const
{
    if (const auto* text = std::get_if<TextData>(&record.data)) {
        // By its epoch, for revision and name change while packets are on their way.
        const auto read = read_text(*text);
        return read && read->id == announcement_.id && read->epoch == announcement_.epoch;
    }
    if (const auto* service = std::get_if<ServiceData>(&record.data)) {
        return service->port == announcement_.port &&
               is_label_of(announcement_.id, service->host.first_label());
    }
    if (const auto* address = std::get_if<AddressData>(&record.data)) {
        const auto own = addresses_.find(address->address);
        return own != addresses_.end() && now < own->second;
    }
    return std::holds_alternative<AbsenceData>(record.data);
}

bool OwnFacts::is_double(const DnsRecord& record) const
{
    const auto* text = std::get_if<TextData>(&record.data);
    if (text == nullptr || record.ttl == std::chrono::seconds(0) || record.name.parent() != service_name()) {
        return false;
    }
    const auto read = read_text(*text);
    return read && read->id == announcement_.id && read->epoch && *read->epoch != announcement_.epoch;
}

}  // namespace lanspread::discovery
