#include "discovery/query_packets.h"

namespace lanspread::discovery {

namespace {

constexpr std::size_t header_size = 12;

/// At most this many bytes, for compression only makes them fewer.
std::size_t size_of(const DnsQuestion& question) { return question.name.wire().size() + 1 + 4; }

std::size_t size_of(const DnsRecord& record)
{
    constexpr std::size_t fixed = 10;   // type, class, TTL, length
    constexpr std::size_t pointer = 2;  // all our questions and known answers are about one service
    const auto& target = std::get<PointerData>(record.data).target;
    return pointer + fixed + 1 + target.first_label().size() + pointer;
}

}  // namespace

std::vector<DnsMessage> query_packets(std::vector<DnsQuestion> questions,
                                      std::vector<DnsRecord> known_answers)
{
    if (questions.empty()) {
        return {};
    }
    std::vector<DnsMessage> messages(1);
    std::size_t size = header_size;
    for (auto& question : questions) {
        const auto added = size_of(question);
        if (size + added > max_sent_dns_size) {
            messages.emplace_back();
            size = header_size;
        }
        messages.back().questions.push_back(std::move(question));
        size += added;
    }
    for (auto& record : known_answers) {
        auto added = size_of(record);
        if (size + added > max_sent_dns_size) {
            messages.back().is_truncated = true;
            messages.emplace_back();
            added += record.name.wire().size();  // there is nothing in this packet yet to point to
            size = header_size;
        }
        messages.back().answers.push_back(std::move(record));
        size += added;
    }
    return messages;
}

}  // namespace lanspread::discovery
