#pragma once

#include <functional>
#include <optional>
#include <string>

#include "async/signal.h"
#include "async/task.h"
#include "base/digest.h"
#include "party/party.h"
#include "runtime/question_limit.h"
#include "transport/stream.h"
#include "wire/diagnosis.h"

namespace lanspread::runtime {

/// Whom this peer sees, for the answer to GetReach.
[[nodiscard]] wire::Reach reach_of(const std::vector<party::PeerStatus>& peers, TimePoint now,
                                   std::uint64_t clock_ms);

/// Answers what connected peers ask about the network, and keeps them from making this peer do much for it.
/// Lives on the core thread; the party outlives it, and it outlives its coroutines.
class DiagnosisServer {
public:
    struct Options {
        Executor executor;
        Address bind;  ///< of the peer: where it dials from, with another port
        /// Why a speed test would be a nuisance now; nothing where it would not.
        std::function<std::optional<std::string>()> why_no_speed_test;
    };

    DiagnosisServer(party::Party& party, Options options) : party_(party), options_(std::move(options)) {}

    /// Writes the answer to `request` on `stream`, on which it was read.
    [[nodiscard]] Task<void> serve(PeerId peer, transport::Stream stream, party::DiagnosisRequest request);

    /// Measures how fast bytes come from a connected peer; for others (TestSpeed) as for ourselves.
    [[nodiscard]] Task<Result<wire::SpeedTested>> test_speed(PeerId from);

private:
    [[nodiscard]] Task<Result<std::string>> answer(wire::GetReach question);
    [[nodiscard]] Task<Result<std::string>> answer(PeerId peer, wire::DialBack question);
    [[nodiscard]] Task<Result<std::string>> answer(wire::TestSpeed question);
    [[nodiscard]] Task<wire::DialledBack> dial(Address target, PeerId peer) const;
    [[nodiscard]] Task<Result<void>> enter_speed_test();
    [[nodiscard]] Task<Result<void>> serve_filler(transport::Stream& stream);

    party::Party& party_;
    Options options_;
    /// A party of a hundred, asked twice in a row.
    QuestionLimit reaches_{{.at_once = 16, .burst = 200, .interval = std::chrono::seconds(1)}};
    QuestionLimit dials_{{.at_once = 4, .burst = 32, .interval = std::chrono::seconds(2)}};
    Signal speed_test_ended_;
    /// A party of thirty measures everybody with everybody, both ways, in 58 for each. Then 16 MiB in 10 s
    /// are 13 Mbit/s at most.
    QuestionLimit speeds_{{.at_once = 1, .burst = 128, .interval = std::chrono::seconds(10)}};
};

}  // namespace lanspread::runtime
