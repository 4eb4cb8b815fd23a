#include "discovery/responder.h"

#include "discovery/service_records.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds multicast_interval{1};
constexpr std::size_t max_withdrawn = 16;

/// Whether a record is told along with others, because who asked for those would ask for it next. Of what is
/// told on request only, that is the absence of one of the two kinds of addresses (RFC 6762 §6.2).
bool goes_along(const DnsRecord& record)
{
    if (const auto* absence = std::get_if<AbsenceData>(&record.data)) {
        const auto has = [absence](RecordType type) {
            return std::ranges::find(absence->types, type) != absence->types.end();
        };
        return has(RecordType::a) != has(RecordType::aaaa);
    }
    return record.is_unique;
}

}  // namespace

TimePoint Responder::OwnRecord::may_multicast_at(Duration interval) const
{
    return multicast_at ? *multicast_at + interval : TimePoint::min();
}

void Responder::set_records(std::vector<DnsRecord> records, TimePoint now)
{
    std::vector<OwnRecord> next;
    auto earliest = now + jitter_.between(milliseconds(0), milliseconds(20));
    for (auto& record : records) {
        const auto known = std::ranges::find(records_, record, &OwnRecord::record);
        if (known != records_.end()) {
            earliest = std::max(earliest, known->may_multicast_at(multicast_interval));
            next.push_back(*known);
        } else {
            next.push_back({.record = std::move(record)});
        }
    }
    for (const auto& old : records_) {
        // The others are replaced by their successors, by means of the cache-flush bit.
        if (has_announced_ && withdrawn_.size() < max_withdrawn &&
            std::holds_alternative<AddressData>(old.record.data) &&
            std::ranges::find(next, old.record, &OwnRecord::record) == next.end()) {
            withdrawn_.push_back(old.record);
        }
    }
    std::erase_if(withdrawn_, [&next](const auto& record) {
        return std::ranges::find(next, record, &OwnRecord::record) != next.end();
    });
    keep_pending(next);
    records_ = std::move(next);
    if (is_speaking_) {
        announcements_left_ = 2;
        announce_at_ = earliest;
    }
}

/// Of what is to be answered, the announcement of the next records will answer all but what is told on
/// request.
void Responder::keep_pending(const std::vector<OwnRecord>& next)
{
    for (auto& answer : pending_) {
        RecordSet kept;
        for (const auto i : answer.records) {
            const auto record = std::ranges::find(next, records_[i].record, &OwnRecord::record);
            if (record != next.end() && is_on_request(record->record)) {
                kept.insert(static_cast<std::size_t>(record - next.begin()));
            }
        }
        answer.records = std::move(kept);
    }
    std::erase_if(pending_, [](const auto& answer) { return answer.records.empty(); });
}

void Responder::drop_pending(const RecordSet& records)
{
    for (auto& answer : pending_) {
        std::erase_if(answer.records, [&records](auto i) { return records.contains(i); });
    }
    std::erase_if(pending_, [](const auto& answer) { return answer.records.empty(); });
}

void Responder::speak(TimePoint now)
{
    is_speaking_ = true;
    announcements_left_ = 2;
    announce_at_ = now;
    for (const auto& own : records_) {
        announce_at_ = std::max(announce_at_, own.may_multicast_at(multicast_interval));
    }
}

void Responder::fall_silent()
{
    is_speaking_ = false;
    pending_.clear();
    announcements_left_ = 0;
    announce_at_ = TimePoint::max();
}

void Responder::disown()
{
    fall_silent();
    has_announced_ = false;
    withdrawn_.clear();
}

std::vector<OutgoingMessage> Responder::poll(TimePoint now)
{
    if (now >= announce_at_) {
        return {{.to = std::nullopt, .message = announcement(now)}};
    }
    if (auto answers = due_answers(now)) {
        return {{.to = std::nullopt, .message = std::move(*answers)}};
    }
    return {};
}

DnsMessage Responder::announcement(TimePoint now)
{
    DnsMessage message{.is_response = true};
    RecordSet told;
    for (std::size_t i = 0; i < records_.size(); ++i) {
        auto& own = records_[i];
        const bool is_asked_for = is_on_request(own.record);
        if (!is_asked_for || goes_along(own.record)) {
            multicast(own, is_asked_for ? message.additionals : message.answers, now);
            told.insert(i);
        }
    }
    drop_pending(told);
    for (auto& record : withdrawn_) {
        record.ttl = seconds(0);
        message.answers.push_back(std::move(record));
    }
    withdrawn_.clear();
    has_announced_ = true;
    --announcements_left_;
    announce_at_ = announcements_left_ > 0 ? now + multicast_interval : TimePoint::max();
    return message;
}

std::optional<DnsMessage> Responder::due_answers(TimePoint now)
{
    RecordSet records;
    for (const auto& answer : pending_) {
        if (answer.due <= now) {
            records.insert(answer.records.begin(), answer.records.end());
        }
    }
    if (records.empty()) {
        return std::nullopt;
    }
    // Who asks for the types of services may not care for ours.
    const bool is_about_us = std::ranges::any_of(records, [this](auto i) {
        return records_[i].record.is_unique || !is_on_request(records_[i].record);
    });
    DnsMessage message{.is_response = true};
    for (std::size_t i = 0; i < records_.size(); ++i) {
        auto& own = records_[i];
        if (records.contains(i)) {
            multicast(own, message.answers, now);
        } else if (is_about_us && goes_along(own.record) && own.may_multicast_at(multicast_interval) <= now) {
            multicast(own, message.additionals, now);
            records.insert(i);
        }
    }
    drop_pending(records);
    return message;
}

void Responder::multicast(OwnRecord& own, std::vector<DnsRecord>& section, TimePoint now)
{
    own.multicast_at = now;
    section.push_back(own.record);
}

TimePoint Responder::next_wake() const
{
    auto wake = announce_at_;
    for (const auto& answer : pending_) {
        wake = std::min(wake, answer.due);
    }
    return wake;
}

std::optional<DnsMessage> Responder::goodbye() const
{
    if (!has_announced_) {
        return std::nullopt;
    }
    DnsMessage message{.is_response = true};
    for (const auto& own : records_) {
        if (!is_on_request(own.record)) {
            message.answers.push_back(own.record);
            message.answers.back().ttl = seconds(0);
        }
    }
    return message;
}

}  // namespace lanspread::discovery
