// What a browser makes of the questions and probes of others; browser.cpp has the rest of it.
#include "discovery/browser.h"

#include <algorithm>
#include <ranges>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A question of ours that is due so soon is spared by another's. Our own come back at once, when the next is
/// still further away.
constexpr milliseconds planned_soon{500};
constexpr seconds hint_time{10};
/// The most peers that are read from one probe. A process probes for itself alone.
constexpr std::size_t max_hints = 4;

}  // namespace

void Browser::on_question(const DnsMessage& query, TimePoint now)
{
    // Who is among the known answers does not answer; so they have to be known here too.
    if (query.is_truncated || !would_list_all(query.answers, now)) {
        return;
    }
    // What is asked later by that is not due sooner by anything, so that we wake too early at worst.
    bool asks_for_all = false;
    for (const auto& question : query.questions) {
        if (question.wants_unicast) {
            continue;
        }
        if (question.name == service_name()) {
            asks_for_all =
                asks_for_all || question.type == RecordType::ptr || question.type == RecordType::any;
        } else {
            take_as_asked(question, now);
        }
    }
    if (!asks_for_all) {
        return;
    }
    if (browse_at_ <= now + planned_soon) {
        plan_next_browse(now);
    }
    for (auto& instance : instances_ | std::views::values) {
        take_as_asked(instance.pointer, now);
    }
}

void Browser::take_as_asked(Lifetime& life, TimePoint now)
{
    if (life.ask_at() <= now + planned_soon) {
        life.asked(now);
    }
}

bool Browser::would_list_all(const std::vector<DnsRecord>& known_answers, TimePoint now) const
{
    return std::ranges::all_of(known_answers, [this, now](const auto& record) {
        const auto* pointer = std::get_if<PointerData>(&record.data);
        if (pointer == nullptr) {
            return false;
        }
        const auto known = instances_.find(pointer->target.key());
        return pointer->target == own_instance_ ||
               (known != instances_.end() && known->second.pointer.is_young(now));
    });
}

void Browser::take_as_asked(const DnsQuestion& question, TimePoint now)
{
    const auto is_meant = [&question](RecordType type) {
        return question.type == type || question.type == RecordType::any;
    };
    const auto key = question.name.key();
    if (const auto instance = instances_.find(key); instance != instances_.end()) {
        if (is_meant(RecordType::srv)) {
            take_as_asked(instance->second.service_life, now);
        }
        if (is_meant(RecordType::txt)) {
            take_as_asked(instance->second.text_life, now);
        }
    }
    if (const auto host = hosts_.find(key); host != hosts_.end()) {
        if (host->second.missing && question.type == RecordType::any) {
            take_as_asked(*host->second.missing, now);
        }
        for (auto& [address, life] : host->second.addresses) {
            if (is_meant(address.is_v4() ? RecordType::a : RecordType::aaaa)) {
                take_as_asked(life, now);
            }
        }
    }
}

std::vector<PeerChange> Browser::on_probe(const DnsMessage& probe, const Address& from, TimePoint now)
{
    DnsMessage hint{.is_response = true};
    std::size_t hints = 0;
    for (const auto& record : probe.authorities) {
        const auto* service = std::get_if<ServiceData>(&record.data);
        if (service == nullptr || record.name.parent() != service_name() ||
            instances_.contains(record.name.key()) || hosts_.contains(service->host.key()) ||
            ++hints > max_hints) {
            continue;
        }
        hint.answers.push_back({.name = service_name(), .ttl = hint_time, .data = PointerData{record.name}});
        for (auto told : probe.authorities) {
            if (told.name == record.name || told.name == service->host) {
                told.is_unique = false;
                told.ttl = hint_time;
                hint.answers.push_back(std::move(told));
            }
        }
    }
    return hint.answers.empty() ? std::vector<PeerChange>() : on_response(hint, from, now);
}

}  // namespace lanspread::discovery
