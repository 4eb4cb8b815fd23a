#include "faulty/fault.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lanspread::faulty {

namespace {

struct FaultName {
    std::string_view word;
    Fault fault;
};

constexpr std::array<FaultName, 8> fault_names{{
    {"none", Fault::none},
    {"wrong-bytes", Fault::wrong_bytes},
    {"wrong-manifest", Fault::wrong_manifest},
    {"wrong-bitfield", Fault::wrong_bitfield},
    {"not-found", Fault::not_found},
    {"stall-chunk", Fault::stall_chunk},
    {"wrong-reach", Fault::wrong_reach},
    {"never-answer", Fault::never_answer},
}};

}  // namespace

Result<Fault> parse_fault(std::string_view word)
{
    const auto found = std::ranges::find(fault_names, word, &FaultName::word);
    if (found == fault_names.end()) {
        return fail(ErrorCode::invalid_input, fmt::format("no such fault: {}", word));
    }
    return found->fault;
}

std::string_view to_string(Fault fault)
{
    return std::ranges::find(fault_names, fault, &FaultName::fault)->word;
}

}  // namespace lanspread::faulty
