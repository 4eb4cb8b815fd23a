#include "doctor/ufw.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "discovery/responder.h"

namespace lanspread::doctor {

namespace {

constexpr std::size_t max_rules = 10'000;

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \t\r");
    const auto end = text.find_last_not_of(" \t\r");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

/// Calls `visit` for each piece between the separators.
template <class Visit>
void split(std::string_view text, char separator, Visit visit)
{
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(separator, begin), text.size());
        visit(text.substr(begin, end - begin));
        begin = end + 1;
    }
}

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && rest == text.data() + text.size() ? std::optional(port) : std::nullopt;
}

/// "5353,6000:7000": false where it is something else.
bool read_ports(std::string_view text, std::vector<UfwRule::Range>& into)
{
    bool is_good = true;
    split(text, ',', [&](std::string_view piece) {
        const auto colon = piece.find(':');
        const auto first = parse_port(piece.substr(0, colon));
        const auto last = colon == std::string_view::npos ? first : parse_port(piece.substr(colon + 1));
        is_good = is_good && first && last;
        if (is_good) {
            into.push_back({*first, *last});
        }
    });
    return is_good;
}

/// A line of the table: "5353,21470/udp     ALLOW IN    Anywhere". Nothing where it is not about UDP that
/// comes in.
std::optional<UfwRule> read_rule(std::string_view line)
{
    constexpr std::string_view words[] = {" ALLOW IN ", " DENY IN ", " REJECT IN ", " LIMIT IN "};
    for (const auto word : words) {
        const auto at = line.find(word);
        if (at == std::string_view::npos) {
            continue;
        }
        const auto target = trimmed(line.substr(0, at));
        const auto source = trimmed(line.substr(at + word.size()));
        const auto slash = target.find('/');
        if (target.ends_with("(v6)") || (slash != std::string_view::npos && target.substr(slash) != "/udp")) {
            return std::nullopt;
        }
        // LIMIT lets the first packets of a sender in.
        UfwRule rule{.allows = word == words[0] || word == words[3]};
        const auto ports = target.substr(0, slash);
        const bool is_for_all = ports == "Anywhere" || read_ports(ports, rule.ports);
        rule.is_certain = is_for_all && source == "Anywhere" && word != words[3];
        if (!is_for_all) {
            rule.ports.clear();  // a profile or an address: it may be about any port
        }
        return rule;
    }
    return std::nullopt;
}

bool is_about(const UfwRule& rule, std::uint16_t port)
{
    return rule.ports.empty() || std::ranges::any_of(rule.ports, [port](const auto& range) {
               return range.first <= port && port <= range.last;
           });
}

}  // namespace

std::optional<UfwStatus> parse_ufw_status(std::string_view text)
{
    std::optional<UfwStatus> status;
    split(text, '\n', [&](std::string_view line) {
        if (line.starts_with("Status: ")) {
            status.emplace();
            status->is_active = trimmed(line.substr(8)) == "active";
        } else if (status && line.starts_with("Default: ")) {
            status->drops_by_default = !line.contains("allow (incoming)");
        } else if (status && status->rules.size() < max_rules) {
            if (auto rule = read_rule(line)) {
                status->rules.push_back(std::move(*rule));
            }
        }
    });
    return status;
}

bool is_enabled_in_ufw_conf(std::string_view text)
{
    bool is_enabled = false;
    split(text, '\n', [&](std::string_view line) {
        line = trimmed(line);
        if (line.starts_with("ENABLED=")) {
            is_enabled = line == "ENABLED=yes" || line == "ENABLED=\"yes\"";
        }
    });
    return is_enabled;
}

Passage passage(const UfwStatus& status, std::uint16_t port)
{
    // Before the rules that it shows, ufw lets mDNS in, unless somebody has changed that.
    if (!status.is_active) {
        return Passage::open;
    }
    auto result = status.drops_by_default ? Passage::closed : Passage::open;
    bool may_open = false;  // by a rule that is not certain, before the one that decides
    bool may_close = false;
    for (const auto& rule : status.rules) {
        if (!is_about(rule, port)) {
            continue;
        }
        if (rule.is_certain) {
            result = rule.allows ? Passage::open : Passage::closed;
            break;
        }
        (rule.allows ? may_open : may_close) = true;
    }
    if (result == Passage::open ? may_close : may_open) {
        return Passage::unknown;
    }
    return port == discovery::mdns_port && result == Passage::closed ? Passage::unknown : result;
}

}  // namespace lanspread::doctor
