#include "discovery/responder.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds multicast_interval{1};
constexpr seconds ordinary_resolver_ttl{10};
constexpr std::size_t max_pending = 64;
constexpr std::size_t max_withdrawn = 16;
constexpr int max_direct_answers_per_second = 20;

bool asks_for(const DnsQuestion& question, const DnsRecord& record)
{
    return (question.type == RecordType::any || question.type == record.type()) &&
           question.name == record.name;
}

}  // namespace

TimePoint Responder::OwnRecord::may_multicast_at() const
{
    return multicast_at ? *multicast_at + multicast_interval : TimePoint::min();
}

void Responder::set_records(std::vector<DnsRecord> records, TimePoint now)
{
    std::vector<OwnRecord> next;
    auto earliest = now + jitter_.between(milliseconds(0), milliseconds(20));
    for (auto& record : records) {
        const auto known = std::ranges::find(records_, record, &OwnRecord::record);
        if (known != records_.end()) {
            earliest = std::max(earliest, known->may_multicast_at());
            next.push_back(*known);
        } else {
            next.push_back({.record = std::move(record)});
        }
    }
    for (const auto& old : records_) {
        // The others are replaced by their successors, by means of the cache-flush bit.
        if (withdrawn_.size() < max_withdrawn && std::holds_alternative<AddressData>(old.record.data) &&
            std::ranges::find(next, old.record, &OwnRecord::record) == next.end()) {
            withdrawn_.push_back(old.record);
        }
    }
    std::erase_if(withdrawn_, [&next](const auto& record) {
        return std::ranges::find(next, record, &OwnRecord::record) != next.end();
    });
    records_ = std::move(next);
    pending_.clear();  // the announcement answers them all
    announcements_left_ = 2;
    announce_at_ = earliest;
}

std::vector<OutgoingMessage> Responder::on_query(const DnsMessage& query, const Address& from,
                                                 bool is_neighbour, TimePoint now)
{
    if (query.questions.empty()) {
        for (auto& answer : pending_) {
            if (answer.querier == from) {
                drop_known_answers(query, answer.records);
            }
        }
        std::erase_if(pending_, [](const auto& answer) { return answer.records.empty(); });
        return {};
    }
    auto records = asked_for(query);
    drop_known_answers(query, records);
    if (records.empty()) {
        return {};
    }
    const bool is_ordinary_resolver = from.port != mdns_port;
    const bool wants_unicast = std::ranges::all_of(query.questions, &DnsQuestion::wants_unicast);
    if (is_ordinary_resolver || (wants_unicast && were_heard_recently(records, now))) {
        if (!is_neighbour || !may_answer_directly(now)) {
            return {};
        }
        return {{.to = from, .message = direct_answer(query, records, is_ordinary_resolver)}};
    }
    schedule(query, from, std::move(records), now);
    return {};
}

Responder::RecordSet Responder::asked_for(const DnsMessage& query) const
{
    RecordSet records;
    for (std::size_t i = 0; i < records_.size(); ++i) {
        if (std::ranges::any_of(query.questions, [this, i](const auto& question) {
                return asks_for(question, records_[i].record);
            })) {
            records.insert(i);
        }
    }
    return records;
}

/// RFC 6762 §7.1: what the querier knows for at least half its lifetime yet is not repeated.
void Responder::drop_known_answers(const DnsMessage& query, RecordSet& records) const
{
    std::erase_if(records, [this, &query](auto i) {
        const auto& own = records_[i].record;
        return std::ranges::any_of(query.answers, [&own](const auto& known) {
            return known.ttl * 2 >= own.ttl && known.name == own.name && known.data == own.data;
        });
    });
}

void Responder::schedule(const DnsMessage& query, const Address& from, RecordSet records, TimePoint now)
{
    // RFC 6762 §6 and §7.2: the delay of a shared record, and that for a known-answer list that goes on.
    auto due = now + (query.is_truncated ? jitter_.between(milliseconds(400), milliseconds(500))
                                         : jitter_.between(milliseconds(20), milliseconds(120)));
    for (const auto i : records) {
        due = std::max(due, records_[i].may_multicast_at());
    }
    if (pending_.size() < max_pending) {
        pending_.push_back({.querier = from, .due = due, .records = std::move(records)});
    } else {
        // Too many ask at once to keep them apart. The answer reaches them all.
        pending_.back().querier = {};
        pending_.back().records.merge(records);
    }
}

/// RFC 6762 §5.4: everybody else's cache can do without hearing it for another while.
bool Responder::were_heard_recently(const RecordSet& records, TimePoint now) const
{
    return std::ranges::all_of(records, [this, now](auto i) {
        const auto& [record, multicast_at] = records_[i];
        return multicast_at && *multicast_at + record.ttl / 4 > now;
    });
}

bool Responder::may_answer_directly(TimePoint now)
{
    if (direct_answers_since_ + seconds(1) <= now) {
        direct_answers_since_ = now;
        direct_answers_ = 0;
    }
    return ++direct_answers_ <= max_direct_answers_per_second;
}

DnsMessage Responder::direct_answer(const DnsMessage& query, const RecordSet& records,
                                    bool is_ordinary_resolver) const
{
    DnsMessage answer{.is_response = true};
    for (std::size_t i = 0; i < records_.size(); ++i) {
        auto record = records_[i].record;
        if (is_ordinary_resolver) {
            // RFC 6762 §6.7: it knows nothing of the bit, and will not hear when the record changes.
            record.is_unique = false;
            record.ttl = std::min(record.ttl, ordinary_resolver_ttl);
        }
        (records.contains(i) ? answer.answers : answer.additionals).push_back(std::move(record));
    }
    if (is_ordinary_resolver) {
        answer.id = query.id;
        answer.questions = query.questions;
        for (auto& question : answer.questions) {
            question.wants_unicast = false;
        }
    }
    return answer;
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
    for (auto& own : records_) {
        multicast(own, message.answers, now);
    }
    for (auto& record : withdrawn_) {
        record.ttl = seconds(0);
        message.answers.push_back(std::move(record));
    }
    withdrawn_.clear();
    pending_.clear();
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
    DnsMessage message{.is_response = true};
    for (std::size_t i = 0; i < records_.size(); ++i) {
        if (records.contains(i)) {
            multicast(records_[i], message.answers, now);
        } else if (records_[i].record.is_unique && records_[i].may_multicast(now)) {
            multicast(records_[i], message.additionals, now);  // what the querier would ask for next
            records.insert(i);
        }
    }
    for (auto& answer : pending_) {
        std::erase_if(answer.records, [&records](auto i) { return records.contains(i); });
    }
    std::erase_if(pending_, [](const auto& answer) { return answer.records.empty(); });
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

DnsMessage Responder::goodbye() const
{
    DnsMessage message{.is_response = true};
    for (const auto& own : records_) {
        message.answers.push_back(own.record);
        message.answers.back().ttl = seconds(0);
    }
    return message;
}

}  // namespace lanspread::discovery
