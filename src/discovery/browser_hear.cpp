// What a browser makes of what it hears in responses; browser.cpp has the rest of it.
#include "discovery/browser.h"

namespace lanspread::discovery {

using std::chrono::seconds;

namespace {

/// What names a host or is its address is worth two minutes (RFC 6762 §10), and no more than twice that: so
/// the places of those that never were are free again soon.
constexpr seconds longest_host_record{240};

}  // namespace

std::vector<PeerChange> Browser::on_response(const DnsMessage& response, const Address& from, TimePoint now)
{
    heard_from_ = {.ip = from.ip};
    // In this order, for each kind counts only where the one before named it; in a packet they stand in any
    // order.
    hear_all<PointerData>(response, now);
    hear_all<ServiceData>(response, now);
    hear_all<TextData>(response, now);
    hear_all<AddressData>(response, now);
    flush(response, now);
    return report(now);
}

template <class Data>
void Browser::hear_all(const DnsMessage& response, TimePoint now)
{
    for (const auto* section : {&response.answers, &response.additionals}) {
        for (const auto& record : *section) {
            if (const auto* data = std::get_if<Data>(&record.data)) {
                hear(record, *data, now);
            }
        }
    }
}

void Browser::hear(const DnsRecord& record, const PointerData& data, TimePoint now)
{
    if (record.name != service_name() || data.target.parent() != service_name() ||
        is_label_of(self_, data.target.first_label())) {
        return;
    }
    const auto key = data.target.key();
    const auto known = instances_.find(key);
    if (record.ttl == seconds(0)) {
        if (known != instances_.end()) {
            known->second.pointer.withdraw(now);
            notice(known->second.pointer);
        }
        return;
    }
    const auto life = Lifetime::heard(record.ttl, now, jitter_);
    notice(life);
    if (known != instances_.end()) {
        known->second.pointer = life;
    } else if (instances_.size() < max_instances && may_believe_more()) {
        const auto missed = Lifetime::missed(now, jitter_);
        ++sources_[heard_from_];
        instances_.emplace(key, Instance{.name = data.target,
                                         .pointer = life,
                                         .service_life = missed,
                                         .text_life = missed,
                                         .source = heard_from_});
        notice(missed);
    }
}

bool Browser::may_believe_more() const
{
    const auto told = sources_.find(heard_from_);
    return told == sources_.end() || told->second < max_instances_per_source;
}

void Browser::hear(const DnsRecord& record, const ServiceData& data, TimePoint now)
{
    const auto known = instances_.find(record.name.key());
    if (known == instances_.end() || data.host.is_root()) {
        return;
    }
    auto& instance = known->second;
    touched_.insert(known->first);
    if (record.ttl == seconds(0)) {
        instance.service_life.withdraw(now);
    } else if (settle(known, data.host, now)) {
        instance.service = data;
        instance.service_life = Lifetime::heard(record.ttl, now, jitter_, longest_host_record);
        instance.was_heard = true;
    }
    notice(instance.service_life);
}

void Browser::hear(const DnsRecord& record, const TextData& data, TimePoint now)
{
    const auto known = instances_.find(record.name.key());
    if (known == instances_.end()) {
        return;
    }
    auto& instance = known->second;
    touched_.insert(known->first);
    if (record.ttl == seconds(0)) {
        instance.text_life.withdraw(now);
    } else {
        instance.text = read_text(data);
        instance.text_life = Lifetime::heard(record.ttl, now, jitter_);
    }
    notice(instance.text_life);
}

void Browser::hear(const DnsRecord& record, const AddressData& data, TimePoint now)
{
    const auto& address = data.address;
    const auto known = hosts_.find(record.name.key());
    // Nobody shall make us dial what is somewhere else: the Internet, or a network that this address is used
    // in too.
    if (known == hosts_.end() || address.is_unspecified() || address.is_multicast() ||
        (address.is_loopback() && !link_.is_loopback) || !link_.is_neighbour(address)) {
        return;
    }
    auto& host = known->second;
    const auto listed = host.addresses.find(address);
    if (record.ttl == seconds(0)) {
        if (listed != host.addresses.end()) {
            listed->second.withdraw(now);
            notice(listed->second);
        }
        return;
    }
    if (listed == host.addresses.end() && host.addresses.size() == max_addresses) {
        return;
    }
    const auto life = Lifetime::heard(record.ttl, now, jitter_, longest_host_record);
    host.addresses.insert_or_assign(address, life);
    host.missing.reset();
    notice(life);
    touch(host);
}

/// RFC 6762 §10.2: an address record with the cache-flush bit stands for all of its name and type that were
/// heard within a second; older ones are withdrawn. (Of SRV and TXT one is kept anyway.)
void Browser::flush(const DnsMessage& response, TimePoint now)
{
    for (const auto* section : {&response.answers, &response.additionals}) {
        for (const auto& record : *section) {
            const auto* data = std::get_if<AddressData>(&record.data);
            const auto host = data != nullptr && record.is_unique && record.ttl > seconds(0)
                                  ? hosts_.find(record.name.key())
                                  : hosts_.end();
            if (host == hosts_.end()) {
                continue;
            }
            for (auto& [address, life] : host->second.addresses) {
                if (address.is_v4() == data->address.is_v4() && life.since() + seconds(1) < now) {
                    life.withdraw(now);
                    notice(life);
                }
            }
        }
    }
}

}  // namespace lanspread::discovery
