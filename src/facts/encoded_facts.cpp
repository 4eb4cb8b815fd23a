#include "facts/encoded_facts.h"

#include <string_view>

#include <fmt/format.h>

#include "content/hash.h"
#include "facts/start_command.h"
#include "wire/codec.h"

namespace lanspread::facts {

Result<EncodedFacts> encode_facts(const wire::GameFacts& facts)
{
    auto text = wire::encode(facts, wire::max_facts_size);
    if (!text) {
        return fail(std::move(text).error());
    }
    const wire::FactsHash hash{content::hash_chunk(as_bytes(*text)).bytes};
    return EncodedFacts{.hash = hash, .text = *std::move(text)};
}

Result<void> check_facts(const wire::GameFacts& facts)
{
    const auto encoded = encode_facts(facts);
    if (encoded) {
        return {};
    }
    const auto& problem = encoded.error().message;
    constexpr std::string_view prefix = "GameFacts.";
    return fail(ErrorCode::invalid_input,
                problem.starts_with(prefix)
                    ? problem.substr(prefix.size())
                    : fmt::format("all of it together is more than {} bytes", wire::max_facts_size));
}

Result<wire::GameFacts> decode_facts(const wire::FactsHash& expected, ByteSpan bytes)
{
    if (content::hash_chunk(bytes).bytes != expected.bytes) {
        return fail(ErrorCode::corrupt, "they have another hash");
    }
    auto facts = wire::decode<wire::GameFacts>(as_text(bytes), wire::max_facts_size);
    if (!facts) {
        return facts;
    }
    for (const auto& start : facts->start) {
        if (const auto words = command_words(start.command); !words) {
            return fail(words.error().in("start"));
        }
    }
    return facts;
}

wire::CoverHash hash_cover(ByteSpan bytes) { return {content::hash_chunk(bytes).bytes}; }

}  // namespace lanspread::facts
