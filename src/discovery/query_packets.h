#pragma once
#include "discovery/dns_message.h"

#include <vector>

namespace lanspread::discovery {

/// Queries that together ask `questions` and list `known_answers`, none larger than we send. Where the known
/// answers do not fit with the last question, the messages are marked as truncated and the rest follows (RFC
/// 6762 §7.2).
[[nodiscard]] std::vector<DnsMessage> query_packets(std::vector<DnsQuestion> questions,
                                                    std::vector<DnsRecord> known_answers);

}  // namespace lanspread::discovery
