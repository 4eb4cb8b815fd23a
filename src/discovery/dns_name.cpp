#include "discovery/dns_name.h"

#include <algorithm>

namespace lanspread::discovery {

namespace {

/// A length is at most 63, below every letter, so lengths stay as they are.
char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

std::optional<DnsName> DnsName::parse(std::string_view dotted)
{
    DnsName name;
    while (!dotted.empty()) {
        const auto end = dotted.find('.');
        if (!name.append(dotted.substr(0, end)) || end + 1 == dotted.size()) {
            return std::nullopt;
        }
        dotted = end == std::string_view::npos ? std::string_view() : dotted.substr(end + 1);
    }
    return name;
}

bool DnsName::append(std::string_view label)
{
    // One byte for this label's length, one for the zero that ends every name.
    if (label.empty() || label.size() > max_label_size ||
        wire_.size() + 1 + label.size() + 1 > max_wire_size) {
        return false;
    }
    wire_ += static_cast<char>(label.size());
    wire_ += label;
    return true;
}

std::optional<DnsName> DnsName::below(std::string_view label) const
{
    DnsName name;
    if (!name.append(label) || name.wire_.size() + wire_.size() + 1 > max_wire_size) {
        return std::nullopt;
    }
    name.wire_ += wire_;
    return name;
}

std::string_view DnsName::first_label() const
{
    return is_root() ? std::string_view()
                     : std::string_view(wire_).substr(1, static_cast<unsigned char>(wire_[0]));
}

DnsName DnsName::parent() const
{
    DnsName name;
    if (!is_root()) {
        name.wire_ = wire_.substr(1 + first_label().size());
    }
    return name;
}

std::string DnsName::key() const
{
    auto folded = wire_;
    std::ranges::transform(folded, folded.begin(), fold);
    return folded;
}

bool DnsName::operator==(const DnsName& other) const
{
    return std::ranges::equal(wire_, other.wire_, {}, fold, fold);
}

}  // namespace lanspread::discovery
