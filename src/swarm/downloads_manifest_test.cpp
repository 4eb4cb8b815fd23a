#include <gtest/gtest.h>

#include "content/manifest_groups.h"
#include "swarm/testing.h"
#include "wire/manifest_parts.h"

/// Updates: of the manifest, too, only what differs is fetched.
namespace lanspread::swarm {
namespace {

/// Files with long names, so that there is a manifest worth it; each of them is short.
std::vector<PackageFile> many_files(unsigned count = 200)
{
    std::vector<PackageFile> files;
    for (unsigned number = 0; number < count; ++number) {
        files.push_back({fmt::format("textures/{}/number {}.png", std::string(90, 'w'), number),
                         fmt::format("wall {}", number)});
    }
    return files;
}

class ManifestUpdateTest : public DownloadsTest {
protected:
    ManifestUpdateTest()
    {
        auto files = many_files();
        old_ = Package::make("doom", "20240101", files);
        files[120].text += " is longer now";
        files.push_back({"a new one.txt", "new"});
        wanted_ = Package::make("doom", "20240202", files);
        size_ = wanted_.manifest->canonical_bytes().size();
    }

    /// The old version is here, and a peer has the new one.
    FakePeer& have(const Package& old, const Package& wanted)
    {
        install(old);
        auto& source = add_peer(1, "anna", {wanted});
        start_downloads();
        return source;
    }

    void update(const Package& wanted)
    {
        get(wanted);
        wait_for(wanted, DownloadState::done);
        expect_tree(wanted);
    }

    Package old_;
    Package wanted_;
    std::uint64_t size_ = 0;  ///< of the wanted manifest
};

TEST_F(ManifestUpdateTest, fetches_what_differs)
{
    have(old_, wanted_);
    update(wanted_);
    EXPECT_EQ(network_.manifests_sent, 0U);
    EXPECT_LE(network_.bytes_of_manifests, size_ / 5);
}

TEST_F(ManifestUpdateTest, of_a_short_manifest_fetches_it_whole)
{
    auto files = many_files(20);
    const auto old = Package::make("doom", "20240101", files);
    files[3].text = "another";
    const auto wanted = Package::make("doom", "20240202", files);
    have(old, wanted);
    update(wanted);
    EXPECT_EQ(network_.manifests_sent, 1U);
    EXPECT_EQ(network_.bytes_of_manifests, wanted.manifest->canonical_bytes().size());
}

TEST_F(ManifestUpdateTest, of_a_manifest_that_has_little_in_common_fetches_it_whole)
{
    auto files = many_files();
    for (auto& file : files) {
        file.path = "another/" + file.path;
    }
    const auto wanted = Package::make("doom", "20240202", files);
    have(old_, wanted);
    update(wanted);
    EXPECT_EQ(network_.manifests_sent, 1U);
    EXPECT_LE(network_.bytes_of_manifests, wanted.manifest->canonical_bytes().size() * 110 / 100);
}

TEST_F(ManifestUpdateTest, where_no_version_is_here_fetches_it_whole)
{
    add_peer(1, "anna", {wanted_});
    start_downloads();
    update(wanted_);
    EXPECT_EQ(network_.manifests_sent, 1U);
    EXPECT_EQ(network_.bytes_of_manifests, size_);
}

TEST_F(ManifestUpdateTest, whose_sums_are_wrong_fetches_it_whole_and_blames_nobody)
{
    have(old_, wanted_).lies_in_manifest_sums = true;
    update(wanted_);
    EXPECT_EQ(network_.manifests_sent, 1U);
    EXPECT_TRUE(network_.bans.empty());
}

TEST_F(ManifestUpdateTest, whose_sums_cannot_be_fetches_it_whole_and_blames_nobody)
{
    have(old_, wanted_).manifest_sums = [](const auto&) { return Bytes(13, std::byte{0xff}); };
    update(wanted_);
    EXPECT_EQ(network_.manifests_sent, 1U);
    EXPECT_TRUE(network_.bans.empty());
}

TEST_F(ManifestUpdateTest, whose_sums_would_never_end_fetches_it_whole)
{
    // Of a manifest that consists of single bytes that differ, each behind the old one's first item.
    const auto old = content::ManifestGroups(*old_.manifest);
    const auto known = old.cut(old.whole(), 1).front();
    const auto pairs = [&known](std::size_t count, std::uint64_t unknown) {
        ByteWriter marks;
        for (std::size_t pair = 0; pair < count; ++pair) {
            marks.u64(known.mark);
            marks.u64(unknown << 48U);
        }
        return marks.take();
    };
    constexpr std::size_t ranges = 1400;
    constexpr std::size_t of_range = 40;
    have(old_, wanted_).manifest_sums = [&](const std::vector<std::uint32_t>& runs) {
        return runs.empty() ? pairs(ranges, (known.range.size + 1) * of_range) : pairs(ranges * of_range, 1);
    };
    update(wanted_);
    EXPECT_EQ(network_.manifests_sent, 1U);
    EXPECT_LE(network_.bytes_of_manifests, size_ + 3 * wire::max_manifest_answer);
}

TEST_F(ManifestUpdateTest, from_a_source_that_is_stuck_on_sums_fetches_it_whole_before_its_time_is_over)
{
    have(old_, wanted_).is_stuck_on_manifest_sums = true;
    update(wanted_);
    EXPECT_EQ(network_.manifests_sent, 1U);
}

TEST_F(ManifestUpdateTest, from_a_liar_bans_it_and_asks_the_next)
{
    have(old_, wanted_).lies_in_manifests = true;
    add_peer(2, "bert", {wanted_});
    update(wanted_);
    EXPECT_TRUE(network_.bans.contains(peer(1)) && !network_.bans.contains(peer(2)));
    EXPECT_EQ(network_.manifests_sent, 1U);  // the liar's
}

}  // namespace
}  // namespace lanspread::swarm
