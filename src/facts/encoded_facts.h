#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/facts.h"

namespace lanspread::facts {

/// Facts as they travel.
struct EncodedFacts {
    wire::FactsHash hash;  ///< of `text`
    std::string text;      ///< at most wire::max_facts_size
};

/// `invalid_input` or `refused` where the facts break a limit.
[[nodiscard]] Result<EncodedFacts> encode_facts(const wire::GameFacts& facts);

/// Whether they break none. The error, `invalid_input`, begins with the name of the member that does, where
/// it is one.
[[nodiscard]] Result<void> check_facts(const wire::GameFacts& facts);

/// Reads what somebody sent as the facts `expected`. `corrupt` where the bytes have another hash, so that
/// whoever sent them is proven wrong; `invalid_input` where they have that hash and are no facts.
[[nodiscard]] Result<wire::GameFacts> decode_facts(const wire::FactsHash& expected, ByteSpan bytes);

[[nodiscard]] wire::CoverHash hash_cover(ByteSpan bytes);

}  // namespace lanspread::facts
