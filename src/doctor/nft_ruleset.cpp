#include "doctor/nft_ruleset.h"

#include <algorithm>

namespace lanspread::doctor {

namespace {

using wire::JsonValue;

constexpr unsigned may_accept = 1;
constexpr unsigned may_drop = 2;
constexpr unsigned may_go_on = 4;  ///< to the next rule, or back to the chain that jumped here
constexpr unsigned anything = may_accept | may_drop | may_go_on;

/// nft allows no deeper jumps, and a ruleset that takes more steps is none that people write.
constexpr unsigned max_depth = 16;
constexpr unsigned max_steps = 100'000;

/// 4 MiB, as much as is read of nft.
constexpr std::size_t max_size = std::size_t{4} * 1024 * 1024;

std::string text_or_empty(JsonValue object, std::string_view member)
{
    return std::string(text_in(object.member(member)).value_or(""));
}

bool is_ours(std::string_view family) { return family == "inet" || family == "ip" || family == "ip6"; }

bool is_on_the_way_in(std::string_view hook)
{
    return hook == "input" || hook == "prerouting" || hook == "ingress";
}

bool has_any(JsonValue statement, std::initializer_list<std::string_view> names)
{
    return std::ranges::any_of(names, [&](auto name) { return statement.member(name).has_value(); });
}

}  // namespace

/// One packet's way through the chains.
class NftRuleset::Walk {
public:
    Walk(const NftRuleset& ruleset, const Packet& packet) : ruleset_(ruleset), packet_(packet) {}

    [[nodiscard]] Outcomes through(const ChainName& name, unsigned depth)
    {
        const auto found = ruleset_.chains_.find(name);
        if (found == ruleset_.chains_.end() || depth > max_depth) {
            return anything;
        }
        Outcomes outcomes = 0;
        for (const auto& rule : found->second.rules) {
            if (++steps_ > max_steps) {
                return anything;
            }
            const auto [of_rule, ends_chain] = through_rule(rule, name, depth);
            outcomes |= of_rule & ~may_go_on;
            if (ends_chain) {
                return outcomes | (of_rule & may_go_on);
            }
        }
        return outcomes | may_go_on;
    }

private:
    struct Step {
        Outcomes outcomes = may_go_on;
        bool ends_chain = false;
    };

    Step through_rule(JsonValue expressions, const ChainName& chain, unsigned depth)
    {
        bool is_sure = true;
        for (std::size_t index = 0, size = size_of_list(expressions).value_or(0); index < size; ++index) {
            const auto statement = expressions.element(index);
            switch (condition(statement, chain)) {
                case Truth::no: return {};
                case Truth::unknown: is_sure = false; break;
                case Truth::yes: break;
            }
            if (const auto verdict = verdict_of(statement, chain, depth)) {
                return after(*verdict, is_sure);
            }
        }
        return {};
    }

    static Step after(const Step& verdict, bool is_sure)
    {
        if (is_sure) {
            return verdict.outcomes == may_go_on && !verdict.ends_chain ? Step() : verdict;
        }
        return {.outcomes = verdict.outcomes | may_go_on, .ends_chain = false};
    }

    /// Whether the rule goes on behind `statement`.
    Truth condition(JsonValue statement, const ChainName& chain) const
    {
        if (const auto match = statement.member("match")) {
            return matches(*match, packet_, sets_of(chain));
        }
        // "xt" is what iptables made; what it looks at is not told.
        if (const auto foreign = statement.member("xt")) {
            return text_in(foreign->member("type")) == "target" ? Truth::yes : Truth::unknown;
        }
        const bool is_plain = has_any(statement, {"accept", "drop", "reject", "return", "continue", "jump",
                                                  "goto", "vmap", "counter", "log", "mangle", "notrack"});
        return is_plain ? Truth::yes : Truth::unknown;
    }

    std::optional<Step> verdict_of(JsonValue statement, const ChainName& chain, unsigned depth)
    {
        if (const auto map = statement.member("vmap")) {
            const auto chosen = choose(*map, packet_, sets_of(chain));
            if (!chosen.is_known) {
                return Step{.outcomes = anything, .ends_chain = false};
            }
            return chosen.verdict ? verdict_of(*chosen.verdict, chain, depth) : std::nullopt;
        }
        if (statement.member("accept")) {
            return Step{.outcomes = may_accept, .ends_chain = true};
        }
        if (has_any(statement, {"drop", "reject"})) {
            return Step{.outcomes = may_drop, .ends_chain = true};
        }
        if (statement.member("return")) {
            return Step{.outcomes = may_go_on, .ends_chain = true};
        }
        if (const auto foreign = statement.member("xt")) {
            return foreign_target(*foreign);
        }
        const auto jump = statement.member("jump");
        const auto target = jump ? jump : statement.member("goto");
        if (!target) {
            return std::nullopt;
        }
        const auto there = through({chain.family, chain.table, text_or_empty(*target, "target")}, depth + 1);
        return Step{.outcomes = there, .ends_chain = !jump || (there & may_go_on) == 0};
    }

    static std::optional<Step> foreign_target(JsonValue foreign)
    {
        if (text_in(foreign.member("type")) != "target") {
            return std::nullopt;
        }
        const auto name = text_in(foreign.member("name"));
        if (name == "REJECT" || name == "DROP") {
            return Step{.outcomes = may_drop, .ends_chain = true};
        }
        return name == "LOG" || name == "NFLOG"
                   ? std::nullopt
                   : std::optional(Step{.outcomes = anything, .ends_chain = false});
    }

    [[nodiscard]] NamedSets sets_of(const ChainName& chain) const
    {
        return [this, &chain](std::string_view name) -> std::optional<JsonValue> {
            const auto found = ruleset_.sets_.find({chain.family, chain.table, std::string(name)});
            return found == ruleset_.sets_.end() ? std::nullopt : std::optional(found->second);
        };
    }

    const NftRuleset& ruleset_;
    const Packet& packet_;
    unsigned steps_ = 0;
};

Result<NftRuleset> NftRuleset::parse(std::string_view json)
{
    auto document = wire::JsonDocument::parse(json, max_size);
    if (!document) {
        return fail(document.error().in("nft"));
    }
    NftRuleset ruleset(std::move(*document));
    const auto objects = ruleset.document_.root().member("nftables");
    const auto count = size_of_list(objects);
    if (!count) {
        return fail(ErrorCode::invalid_input, "nft: it does not list a ruleset");
    }
    for (std::size_t index = 0; index < *count; ++index) {
        ruleset.add(objects->element(index));
    }
    return ruleset;
}

void NftRuleset::add(JsonValue object)
{
    if (const auto chain = object.member("chain")) {
        ChainName name{text_or_empty(*chain, "family"), text_or_empty(*chain, "table"),
                       text_or_empty(*chain, "name")};
        chains_.try_emplace(name);
        if (is_ours(name.family) && text_or_empty(*chain, "type") == "filter" &&
            is_on_the_way_in(text_or_empty(*chain, "hook"))) {
            entries_.push_back({std::move(name), text_or_empty(*chain, "policy") == "drop"});
        }
    } else if (const auto rule = object.member("rule")) {
        const ChainName name{text_or_empty(*rule, "family"), text_or_empty(*rule, "table"),
                             text_or_empty(*rule, "chain")};
        if (const auto expressions = rule->member("expr")) {
            chains_[name].rules.push_back(*expressions);
        }
    } else if (const auto set = object.member("set")) {
        const auto elements = set->member("elem");
        if (elements && text_in(set->member("type"))) {  // a type of several fields is a list
            sets_.insert_or_assign(
                {text_or_empty(*set, "family"), text_or_empty(*set, "table"), text_or_empty(*set, "name")},
                *elements);
        }
    }
}

NftRuleset::Outcomes NftRuleset::outcomes(const Entry& entry, const Packet& packet) const
{
    const bool is_v4 = packet.to.is_v4();
    if (entry.name.family == (is_v4 ? "ip6" : "ip")) {
        return may_accept;
    }
    const auto found = Walk(*this, packet).through(entry.name, 0);
    const auto by_policy = entry.drops_by_policy ? may_drop : may_accept;
    return (found & ~may_go_on) | ((found & may_go_on) != 0 ? by_policy : 0);
}

Passage NftRuleset::passage(const Packet& packet) const
{
    auto result = Passage::open;
    for (const auto& entry : entries_) {
        const auto found = outcomes(entry, packet);
        const auto here = found == may_accept ? Passage::open
                          : found == may_drop ? Passage::closed
                                              : Passage::unknown;
        result = both(result, here);
    }
    return result;
}

std::vector<NftRuleset::ChainName> NftRuleset::closing_chains(const Packet& packet) const
{
    std::vector<ChainName> names;
    for (const auto& entry : entries_) {
        if ((outcomes(entry, packet) & may_drop) != 0) {
            names.push_back(entry.name);
        }
    }
    return names;
}

}  // namespace lanspread::doctor
