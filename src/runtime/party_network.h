#pragma once

#include "party/party.h"
#include "swarm/network.h"

namespace lanspread::runtime {

/// The swarm's view of the party. Lives as long as the party.
class PartyNetwork final : public swarm::Network {
public:
    explicit PartyNetwork(party::Party& party) : party_(party) {}

    std::vector<swarm::Holder> holders(const ContentId& content) const override;
    Task<Result<Bytes>> fetch_manifest(PeerId peer, ContentId content, TimePoint deadline) override;
    Task<Result<Bytes>> fetch_manifest_sums(PeerId peer, ContentId content, std::uint32_t items,
                                            std::vector<std::uint32_t> runs, TimePoint deadline) override;
    Task<Result<Bytes>> fetch_manifest_ranges(PeerId peer, ContentId content, std::vector<std::uint32_t> runs,
                                              std::uint32_t size, TimePoint deadline) override;
    Task<Result<swarm::Fetched>> fetch_chunk(PeerId peer, ContentId content, std::uint32_t chunk,
                                             SharedBuffer buffer, std::uint32_t size,
                                             transport::Patience patience) override;
    Task<Result<Bytes>> fetch_sums(PeerId peer, ContentId content, swarm::BlockRuns blocks,
                                   std::uint32_t piece, std::uint32_t size, TimePoint deadline) override;
    Task<Result<Bytes>> fetch_ranges(PeerId peer, ContentId content, swarm::BlockRuns blocks,
                                     std::uint32_t size, TimePoint deadline) override;
    Task<Result<void>> follow(PeerId peer, ContentId content, std::uint32_t chunks,
                              swarm::FollowSink* sink) override;
    void ban(const PeerId& peer, const std::string& reason) override { party_.ban(peer, reason); }

private:
    [[nodiscard]] Task<Result<Bytes>> fetch_at_most(PeerId peer, party::ContentRequest request,
                                                    std::uint64_t max_size, TimePoint deadline);
    [[nodiscard]] Task<Result<Bytes>> fetch_exactly(PeerId peer, party::ContentRequest request,
                                                    std::uint32_t size, TimePoint deadline);

    party::Party& party_;
};

}  // namespace lanspread::runtime
