#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/digest.h"

namespace lanspread::party {

/// Finds peers whose key is in use on two PCs: somebody copied the state folder. Pure.
///
/// A peer that is started anew has another epoch and never its old one again. So where two epochs come back
/// after each other, two processes live, and each dials because the other took its place. Once that is known,
/// whoever is connected stays, and the others are refused: else they would push each other out for ever.
class Clones {
public:
    /// A process counts as living for so long after it was heard of. One that is refused dials again within
    /// 15 s.
    static constexpr Duration alive = std::chrono::minutes(2);

    /// A process of `peer` was admitted. True where that is the proof, once until it is forgotten. One late
    /// connection of a process that has ended is none: both must have come back, and one of them twice.
    [[nodiscard]] bool admitted(const PeerId& peer, std::uint64_t epoch, const Address& address,
                                TimePoint now);
    /// Whether `epoch` is one of several living processes of `peer`.
    [[nodiscard]] bool is_one_of_several(const PeerId& peer, std::uint64_t epoch, TimePoint now) const;
    /// A process of a peer that has several was refused, and the one that is connected lives, too.
    void refused(const PeerId& peer, std::uint64_t epoch, TimePoint now);
    /// Where the living processes of a peer with several were seen, each once; empty for any other.
    [[nodiscard]] std::vector<Address> places(const PeerId& peer, TimePoint now) const;
    /// The peers that have several processes.
    [[nodiscard]] std::vector<PeerId> peers(TimePoint now) const;

private:
    static constexpr std::size_t max_processes = 4;  ///< of one peer that are remembered
    static constexpr std::size_t max_peers = 1024;   ///< what is over is not watched

    struct Process {
        std::uint64_t epoch = 0;
        Address address;
        TimePoint seen;
        unsigned returns = 0;  ///< after another process was admitted
    };
    using Processes = std::deque<Process>;  ///< of one peer, the current one last

    [[nodiscard]] static Processes returning(const Processes& processes, TimePoint now);

    std::unordered_map<PeerId, Processes> peers_;
};

}  // namespace lanspread::party
