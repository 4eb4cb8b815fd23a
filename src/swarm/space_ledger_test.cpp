#include "swarm/space_ledger.h"

#include <gtest/gtest.h>

namespace lanspread::swarm {
namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

ContentId content(unsigned char number)
{
    ContentId id;
    id.bytes.fill(std::byte{number});
    return id;
}

SpaceLedger::Claim claim_of(std::uint64_t to_fetch, std::uint64_t to_install = 0,
                            std::uint64_t file_system = 1)
{
    return {
        .file_system = file_system, .to_fetch = [to_fetch] { return to_fetch; }, .to_install = to_install};
}

content::Manifest package(std::vector<content::ManifestFile> files)
{
    files.push_back({SafePath::parse("version.ini").value(), 9, false});
    auto listed = content::canonical_files(std::move(files)).value();
    std::vector<ChunkHash> hashes(content::chunk_count(listed));
    return content::Manifest::make(GameId::parse("doom").value(), "20240101", std::move(listed),
                                   std::move(hashes))
        .value();
}

content::ManifestFile file(std::string_view path, std::uint64_t size)
{
    return {SafePath::parse(path).value(), size, false};
}

}  // namespace

TEST(SpaceLedger, promises_what_is_free_and_says_both_figures_where_that_is_too_little)
{
    SpaceLedger ledger;
    EXPECT_EQ(ledger.claim(content(1), claim_of(100 * mebibyte), 104 * mebibyte), std::nullopt);
    const auto trouble = SpaceLedger().claim(content(1), claim_of(96'000'000), 99'000'000);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(*trouble, "100 MB are needed, 99.0 MB are free");
}

TEST(SpaceLedger, counts_what_installing_needs_and_calls_it_an_estimate)
{
    const auto trouble = SpaceLedger().claim(content(1), claim_of(50'000'000, 46'000'000), 99'000'000);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(*trouble,
              "100 MB are needed (50.0 MB to fetch, 46.0 MB to install: an estimate), 99.0 MB are free");
}

TEST(SpaceLedger, never_promises_the_same_bytes_twice)
{
    SpaceLedger ledger;
    EXPECT_FALSE(ledger.claim(content(1), claim_of(60 * mebibyte), 100 * mebibyte));
    const auto trouble = ledger.claim(content(2), claim_of(60 * mebibyte), 100 * mebibyte);
    ASSERT_TRUE(trouble);
    EXPECT_TRUE(trouble->contains("other downloads will take 62.9 MB")) << *trouble;
    EXPECT_FALSE(ledger.claim(content(2), claim_of(60 * mebibyte, 0, 2), 100 * mebibyte))
        << "another file system has room of its own";
    ledger.release(content(1));
    ledger.release(content(1));
    EXPECT_FALSE(ledger.claim(content(2), claim_of(60 * mebibyte), 100 * mebibyte));
}

TEST(SpaceLedger, counts_what_others_still_take_and_not_what_they_have_taken)
{
    SpaceLedger ledger;
    std::uint64_t left = 60 * mebibyte;
    EXPECT_FALSE(
        ledger.claim(content(1), {.file_system = 1, .to_fetch = [&left] { return left; }}, 100 * mebibyte));
    left = 10 * mebibyte;  // 50 of it are on the disk now, and no longer free
    EXPECT_FALSE(ledger.claim(content(2), claim_of(36 * mebibyte), 50 * mebibyte));
    EXPECT_TRUE(ledger.claim(content(3), claim_of(1), 50 * mebibyte));
}

TEST(SpaceLedger, replaces_what_the_same_content_was_promised)
{
    SpaceLedger ledger;
    EXPECT_FALSE(ledger.claim(content(1), claim_of(90 * mebibyte), 100 * mebibyte));
    EXPECT_FALSE(ledger.claim(content(1), claim_of(90 * mebibyte), 100 * mebibyte));
}

TEST(SpaceLedger, asks_nothing_of_a_full_disk_for_a_download_that_needs_nothing)
{
    EXPECT_FALSE(SpaceLedger().claim(content(1), claim_of(0), 0));
}

TEST(InstallEstimate, is_as_much_again_as_the_archives_have)
{
    const auto manifest = package({file("doom.eti", 1000), file("maps.ETI", 500), file("readme.txt", 70),
                                   file("more/inner.eti", 9000)});
    EXPECT_EQ(install_estimate(manifest, false), 1500U);
    EXPECT_EQ(install_estimate(manifest, true), 1500U);
}

TEST(InstallEstimate, of_a_plain_tree_is_a_copy_unless_the_file_system_can_share_it)
{
    const auto manifest = package({file("doom.pak", 1000)});
    EXPECT_EQ(install_estimate(manifest, false), 1009U);
    EXPECT_EQ(install_estimate(manifest, true), 0U);
}

}  // namespace lanspread::swarm
