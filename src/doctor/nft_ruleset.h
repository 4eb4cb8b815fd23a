#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "doctor/nft_match.h"
#include "doctor/passage.h"
#include "wire/json_value.h"

namespace lanspread::doctor {

/// The rules of nftables, as `nft --json list ruleset` prints them, as far as they decide what comes in.
/// Whatever a rule says that is not understood here may or may not hold: the answer is then `unknown`, unless
/// it is the same either way. Pure.
class NftRuleset {
public:
    /// Refuses what is no output of nft.
    [[nodiscard]] static Result<NftRuleset> parse(std::string_view json);

    /// Whether there is any rule or policy that may keep something out.
    [[nodiscard]] bool filters_input() const { return !entries_.empty(); }
    /// Whether the packet reaches a program that listens for it.
    [[nodiscard]] Passage passage(const Packet& packet) const;

    /// A chain as nft's commands name it.
    struct ChainName {
        std::string family;
        std::string table;
        std::string chain;
        auto operator<=>(const ChainName&) const = default;
    };
    /// The chains that the kernel enters and that may end the packet's way: where a rule that accepts it is
    /// wanted.
    [[nodiscard]] std::vector<ChainName> closing_chains(const Packet& packet) const;

private:
    /// What may become of a packet in a chain: bits.
    using Outcomes = unsigned;
    class Walk;

    struct Chain {
        std::vector<wire::JsonValue> rules;  ///< their lists of expressions
    };
    struct Entry {  ///< a chain that the kernel enters
        ChainName name;
        bool drops_by_policy = false;
    };

    explicit NftRuleset(wire::JsonDocument document) : document_(std::move(document)) {}
    void add(wire::JsonValue object);
    [[nodiscard]] Outcomes outcomes(const Entry& entry, const Packet& packet) const;

    wire::JsonDocument document_;  ///< which the values below point into
    std::map<ChainName, Chain> chains_;
    std::map<ChainName, wire::JsonValue> sets_;
    std::vector<Entry> entries_;
};

}  // namespace lanspread::doctor
