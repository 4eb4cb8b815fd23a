#include "discovery/browser.h"

#include "discovery/query_packets.h"

#include <algorithm>
#include <ranges>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t max_due_questions = 50;
constexpr milliseconds questions_interval{250};
constexpr seconds browse_interval{1};
/// A few packets. Who is left out answers in vain, no more.
constexpr std::size_t max_known_answers = 256;
/// Nothing but the question for all is so urgent that each of thousands would need a look of its own.
constexpr milliseconds poll_interval{50};
constexpr seconds report_interval{1};

}  // namespace

Browser::Browser(const Link& link, const PeerId& self, Jitter& jitter)
    : link_(link), self_(self), own_instance_(service_names(self).instance), jitter_(jitter)
{
}

void Browser::restart(TimePoint now)
{
    browse_at_ = now + jitter_.between(milliseconds(0), milliseconds(20));
    browse_interval_ = browse_interval;
    wake_ = std::min(wake_, browse_at_);
}

void Browser::doubt(TimePoint now)
{
    for (auto& instance : instances_ | std::views::values) {
        for (auto* life : {&instance.pointer, &instance.service_life, &instance.text_life}) {
            life->doubt(now, jitter_);
            notice(*life);
        }
    }
    for (auto& host : hosts_ | std::views::values) {
        for (auto& life : host.addresses | std::views::values) {
            life.doubt(now, jitter_);
            notice(life);
        }
    }
}

void Browser::set_link(const Link& link, TimePoint now)
{
    link_ = link;
    browses_afresh_ = true;
    for (auto& host : hosts_ | std::views::values) {
        if (std::erase_if(host.addresses,
                          [&link](const auto& entry) { return !link.is_neighbour(entry.first); }) > 0) {
            touch(host);
            if (host.addresses.empty()) {
                host.missing = Lifetime::missed(now, jitter_);
                notice(*host.missing);
            }
        }
    }
}

/// Moves an instance to the host that its SRV record names; false where that has too many.
bool Browser::settle(Instances::iterator instance, DnsName host, TimePoint now)
{
    const auto key = host.key();
    const auto known = hosts_.find(key);
    if (known != hosts_.end() && known->second.instances.contains(instance->first)) {
        return true;
    }
    if (known != hosts_.end() && known->second.instances.size() == max_instances_per_host) {
        return false;
    }
    leave_host(instance->second);
    instance->second.host_key = key;
    auto& home = hosts_[key];
    if (home.instances.empty()) {
        home.name = std::move(host);
        home.missing = Lifetime::missed(now, jitter_);
        notice(*home.missing);
    }
    home.instances.insert(instance->first);
    return true;
}

void Browser::leave_host(const Instance& instance)
{
    const auto host = hosts_.find(instance.host_key);
    if (host == hosts_.end()) {
        return;
    }
    host->second.instances.erase(instance.name.key());
    if (host->second.instances.empty()) {
        hosts_.erase(host);
    }
}

void Browser::touch(const Host& host) { touched_.insert(host.instances.begin(), host.instances.end()); }

bool Browser::is_over(const Instance& instance, TimePoint now) const
{
    const auto host = hosts_.find(instance.host_key);
    return instance.pointer.is_over(now) || instance.service_life.is_over(now) ||
           instance.text_life.is_over(now) ||
           (host != hosts_.end() && host->second.missing && host->second.missing->is_over(now));
}

void Browser::expire(TimePoint now)
{
    for (auto& [key, host] : hosts_) {
        if (std::erase_if(host.addresses, [now](const auto& entry) { return entry.second.is_over(now); }) >
            0) {
            touch(host);
            if (host.addresses.empty()) {
                host.missing = Lifetime::missed(now, jitter_);
            }
        }
    }
    for (auto instance = instances_.begin(); instance != instances_.end();) {
        if (!is_over(instance->second, now)) {
            ++instance;
            continue;
        }
        if (instance->second.reported) {
            dropped_.push_back(
                {.kind = PeerChange::Kind::vanished, .sighting = std::move(*instance->second.reported)});
        }
        drop(instance++);
    }
}

void Browser::drop(Instances::iterator instance)
{
    leave_host(instance->second);
    touched_.erase(instance->first);
    const auto source = sources_.find(instance->second.source);
    if (source != sources_.end() && --source->second == 0) {
        sources_.erase(source);
    }
    instances_.erase(instance);
}

std::optional<Sighting> Browser::sighting(const Instance& instance) const
{
    const auto host = hosts_.find(instance.host_key);
    if (!instance.service_life.is_known() || !instance.text_life.is_known() || !instance.text ||
        instance.text->id == self_ || instance.service.port == 0 || host == hosts_.end() ||
        host->second.addresses.empty()) {
        return std::nullopt;
    }
    Sighting result{.id = instance.text->id, .name = instance.text->name, .interface_name = link_.name};
    for (auto address : host->second.addresses | std::views::keys) {
        address.port = instance.service.port;
        address.scope = !address.is_v4() && address.is_link_local() ? link_.index : 0;
        result.addresses.push_back(address);
    }
    return result;
}

std::vector<PeerChange> Browser::report(TimePoint now)
{
    using enum PeerChange::Kind;
    auto changes = std::exchange(dropped_, {});
    for (const auto& key : std::exchange(touched_, {})) {
        const auto known = instances_.find(key);
        if (known == instances_.end()) {
            continue;
        }
        auto& instance = known->second;
        auto seen = sighting(instance);
        const bool was_heard = std::exchange(instance.was_heard, false);
        const bool is_same_peer = seen && instance.reported && seen->id == instance.reported->id;
        if (is_same_peer && *seen == *instance.reported &&
            (!was_heard || instance.reported_at + report_interval > now)) {
            continue;
        }
        if (instance.reported && !is_same_peer) {
            changes.push_back({.kind = vanished, .sighting = std::move(*instance.reported)});
        }
        if (seen) {
            changes.push_back({.kind = is_same_peer ? changed : appeared, .sighting = *seen});
        }
        instance.reported = std::move(seen);
        instance.reported_at = now;
    }
    return changes;
}

std::vector<PeerId> Browser::reported() const
{
    std::vector<PeerId> peers;
    for (const auto& instance : instances_ | std::views::values) {
        if (instance.reported) {
            peers.push_back(instance.reported->id);
        }
    }
    return peers;
}

Browser::Due Browser::poll(TimePoint now)
{
    Due due;
    if (now < wake_) {
        return due;
    }
    polled_at_ = now;
    expire(now);
    due.changes = report(now);
    due.queries = query_packets(due_questions(now), {});
    if (now >= browse_at_) {
        auto browse = query_packets({{.name = service_name(), .type = RecordType::ptr}}, known_answers(now));
        std::ranges::move(browse, std::back_inserter(due.queries));
        browsed_at_ = now;
        browses_afresh_ = false;
        plan_next_browse(now);
    }
    find_next_wake();
    return due;
}

void Browser::plan_next_browse(TimePoint now)
{
    browse_at_ = now + browse_interval_;
    browse_interval_ = std::min<Duration>(browse_interval_ * 2, std::chrono::hours(1));
}

std::vector<DnsRecord> Browser::known_answers(TimePoint now) const
{
    // Ourselves too: our questions come back to us, and shall not be answered by us.
    std::vector<DnsRecord> records{
        {.name = service_name(), .ttl = other_record_ttl, .data = PointerData{own_instance_}}};
    std::vector<const Instance*> young;
    for (const auto& instance : instances_ | std::views::values) {
        if (!browses_afresh_ && instance.pointer.is_young(now)) {
            young.push_back(&instance);
        }
    }
    if (young.size() > max_known_answers) {
        std::ranges::nth_element(young, young.begin() + max_known_answers, std::greater(),
                                 [](const auto* instance) { return instance->pointer.ends_at(); });
        young.resize(max_known_answers);
    }
    for (const auto* instance : young) {
        records.push_back({.name = service_name(),
                           .ttl = std::chrono::duration_cast<seconds>(instance->pointer.ends_at() - now),
                           .data = PointerData{instance->name}});
    }
    return records;
}

std::vector<DnsQuestion> Browser::due_questions(TimePoint now)
{
    std::vector<DnsQuestion> questions;
    if (now < questions_at_) {
        return questions;
    }
    const auto ask = [&questions, now](Lifetime& life, const DnsName& name, RecordType type) {
        if (life.ask_at() <= now && questions.size() < max_due_questions) {
            life.asked(now);
            questions.push_back({.name = name, .type = type});
        }
    };
    for (auto& instance : instances_ | std::views::values) {
        if (instance.pointer.ask_at() <= now) {
            instance.pointer.asked(now);
            // By the question for everybody, which lists those that are young.
            browse_at_ = std::min(browse_at_, std::max(now, browsed_at_ + browse_interval));
        }
        ask(instance.service_life, instance.name, RecordType::srv);
        ask(instance.text_life, instance.name, RecordType::txt);
    }
    for (auto& host : hosts_ | std::views::values) {
        if (host.missing) {
            ask(*host.missing, host.name, RecordType::any);
        }
        for (auto& [address, life] : host.addresses) {
            ask(life, host.name, address.is_v4() ? RecordType::a : RecordType::aaaa);
        }
    }
    if (!questions.empty()) {
        questions_at_ = now + questions_interval;
    }
    return questions;
}

/// Wakes for this lifetime too, if it is the first to need it.
void Browser::notice(const Lifetime& life)
{
    wake_ = std::min(wake_, std::max(std::min(life.ends_at(), std::max(life.ask_at(), questions_at_)),
                                     polled_at_ + poll_interval));
}

void Browser::find_next_wake()
{
    wake_ = browse_at_;
    for (const auto& instance : instances_ | std::views::values) {
        notice(instance.pointer);
        notice(instance.service_life);
        notice(instance.text_life);
    }
    for (const auto& host : hosts_ | std::views::values) {
        if (host.missing) {
            notice(*host.missing);
        }
        for (const auto& life : host.addresses | std::views::values) {
            notice(life);
        }
    }
}

}  // namespace lanspread::discovery
