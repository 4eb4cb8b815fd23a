#include <gtest/gtest.h>

#include "swarm/testing.h"

/// Updates: what this disk has is not fetched.
namespace lanspread::swarm {
namespace {

constexpr std::size_t mib = 1024 * 1024;
/// Bytes of it: it lies in a chunk of its own in most of these games, and differs from version to version.
constexpr std::uint64_t version_ini = 9;

std::string with_change(std::string text, std::size_t offset, std::size_t size, unsigned seed = 77)
{
    return text.replace(offset, size, library::pattern(size, seed));
}

class ReuseTest : public DownloadsTest {
protected:
    /// The old version is here, and a peer has the new one.
    void have(const Package& old, const Package& wanted)
    {
        install(old);
        add_peer(1, "anna", {wanted});
        start_downloads();
        ASSERT_TRUE(library_->find(old.content()));
    }

    void update(const Package& wanted)
    {
        get(wanted);
        wait_for(wanted, DownloadState::done);
        expect_tree(wanted);
        const auto now = status(wanted);
        EXPECT_EQ(now.bytes_local + now.bytes_fetched, now.bytes_total);
    }

    /// The old version is as it was.
    void expect_whole(const Package& old) const
    {
        for (const auto& [path, file] : old.files) {
            EXPECT_TRUE(read_text(games_ / "doom" / path) == file.text) << path;
        }
    }

    [[nodiscard]] std::uint64_t moved() const { return network_.bytes_of_sums + network_.bytes_of_ranges; }

    std::string large_ = library::pattern(8 * mib + 12'345, 1);
};

TEST_F(ReuseTest, what_a_game_wrote_into_its_folder_survives_the_update)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted = Package::make("doom", "20240202", {{"a.pak", large_}, {"b.txt", "b"}});
    have(old, wanted);
    library::write_file(games_ / "doom/saves/1.sav", "mine");
    wait(library_->rescan());  // by now it counts as a file of the game
    ASSERT_FALSE(library_->find(old.content()));
    get(wanted);
    wait_for(wanted, DownloadState::done);
    EXPECT_EQ(read_text(games_ / "doom/.lanspread/extra/saves/1.sav"), "mine");
    EXPECT_TRUE(library_->find(wanted.content()));
}

TEST_F(ReuseTest, chunks_of_the_old_version_are_not_fetched)
{
    const auto old =
        Package::make("doom", "20240101", {{"a.pak", large_}, {"b.pak", library::pattern(mib, 2)}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", large_}, {"c.pak", library::pattern(mib, 3)}});
    have(old, wanted);
    update(wanted);
    EXPECT_EQ(chunks_sent(), 2U);  // c.pak, and version.ini
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom/b.pak"));
    EXPECT_EQ(status(wanted).bytes_local, large_.size());
}

TEST_F(ReuseTest, chunks_of_another_game_are_not_fetched_under_whatever_name_they_lie_there)
{
    install(Package::make("quake", "20230303", {{"engine/big.bin", large_}}));
    const auto wanted = Package::make("doom", "20240202", {{"renamed.pak", large_}});
    add_peer(1, "anna", {wanted});
    start_downloads();
    update(wanted);
    EXPECT_EQ(chunks_sent(), 1U);  // version.ini
}

TEST_F(ReuseTest, small_files_that_are_packed_in_another_way_are_not_fetched)
{
    std::vector<PackageFile> files;
    for (unsigned number = 0; number < 60; ++number) {
        files.push_back(
            {fmt::format("maps/map{:02}.bsp", number), library::pattern(50'000 + number, number)});
    }
    const auto old = Package::make("doom", "20240101", files);
    files.push_back({"maps/a new one.bsp", library::pattern(30'000, 100)});
    const auto wanted = Package::make("doom", "20240202", files);
    have(old, wanted);
    update(wanted);
    EXPECT_EQ(chunks_sent(), 0U);
    EXPECT_LE(network_.bytes_of_ranges, 30'000U + 9 + 2 * 64);
    EXPECT_LE(network_.bytes_of_sums, 3'000U);
}

TEST_F(ReuseTest, of_small_files_only_those_that_changed_are_fetched_however_many_they_are)
{
    std::vector<PackageFile> files;
    for (unsigned number = 0; number < 300; ++number) {
        files.push_back({fmt::format("maps/map{:03}.bsp", number), library::pattern(6'000 + number, number)});
    }
    const auto old = Package::make("doom", "20240101", files);
    std::uint64_t differs = 0;
    for (unsigned number = 0; number < files.size(); number += 3) {
        files[number].text = library::pattern(files[number].text.size(), number + 1000);
        differs += files[number].text.size();
    }
    const auto wanted = Package::make("doom", "20240202", files);
    have(old, wanted);
    update(wanted);
    EXPECT_EQ(chunks_sent(), 0U);
    EXPECT_LE(moved(), differs * 110 / 100);
}

TEST_F(ReuseTest, changes_that_are_scattered_in_a_large_file_cost_little_more_than_themselves)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    auto changed = large_;
    constexpr std::size_t count = 8;
    for (std::size_t number = 0; number < count; ++number) {
        changed = with_change(changed, number * mib + 1000 * number + 7, 20'000,
                              static_cast<unsigned>(number + 50));
    }
    const auto wanted = Package::make("doom", "20240202", {{"a.pak", changed}});
    have(old, wanted);
    update(wanted);
    EXPECT_LE(moved(), count * 20'000 * 105 / 100);
    EXPECT_EQ(status(wanted).bytes_fetched, network_.bytes_of_ranges + version_ini);
}

TEST_F(ReuseTest, an_insertion_at_the_front_of_a_large_file_costs_little_more_than_itself)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted = Package::make("doom", "20240202", {{"a.pak", library::pattern(70'001, 9) + large_}});
    have(old, wanted);
    update(wanted);
    EXPECT_LE(status(wanted).bytes_fetched + network_.bytes_of_sums, 70'001U * 110 / 100);
}

TEST_F(ReuseTest, an_insertion_of_two_chunks_leaves_no_chunk_behind_it_in_part)
{
    // Around where it was, of each chunk there is only the end.
    constexpr std::size_t inserted = 2 * mib - 100'000;
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", library::pattern(inserted, 9) + large_}});
    have(old, wanted);
    update(wanted);
    EXPECT_LE(status(wanted).bytes_fetched + network_.bytes_of_sums, inserted * 102 / 100);
}

TEST_F(ReuseTest, insertions_at_the_front_and_in_the_middle_cost_little_more_than_themselves)
{
    constexpr std::size_t inserted = 1'000'000;
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted =
        Package::make("doom", "20240202",
                      {{"a.pak", library::pattern(inserted, 9) + large_.substr(0, 4'200'000) +
                                     library::pattern(inserted, 10) + large_.substr(4'200'000)}});
    have(old, wanted);
    update(wanted);
    EXPECT_LE(status(wanted).bytes_fetched + network_.bytes_of_sums, 2 * inserted * 102 / 100);
}

TEST_F(ReuseTest, what_was_moved_far_is_found_in_all_of_the_file)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted = Package::make(
        "doom", "20240202", {{"a.pak", large_.substr(5 * mib + 1, 3 * mib) + large_.substr(0, 5 * mib + 1)}});
    have(old, wanted);
    update(wanted);
    EXPECT_LE(status(wanted).bytes_fetched + network_.bytes_of_sums, mib / 2);
}

TEST_F(ReuseTest, a_file_that_has_nothing_in_common_is_fetched_whole)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted = Package::make("doom", "20240202", {{"a.pak", library::pattern(large_.size(), 5)}});
    have(old, wanted);
    update(wanted);
    EXPECT_EQ(chunks_sent() + (network_.bytes_of_ranges > 0 ? 1 : 0), wanted.manifest->chunk_count());
    EXPECT_LE(network_.bytes_of_sums, 10'000U);
}

TEST_F(ReuseTest, a_source_that_lies_about_sums_costs_time_and_no_wrong_byte)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", with_change(large_, 3'000'000, 200'000)}});
    have(old, wanted);
    network_.peers.at(peer(1)).lies_in_sums = true;
    update(wanted);
    EXPECT_TRUE(network_.bans.empty());
}

TEST_F(ReuseTest, where_short_sums_agree_by_chance_only_the_large_blocks_around_are_fetched)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", with_change(large_, 3'000'000, 20'000)}});
    have(old, wanted);
    network_.add(old);
    network_.peers.at(peer(1)).small_sums_of = old.content();
    update(wanted);
    EXPECT_EQ(status(wanted).bytes_fetched, 2 * large_block + version_ini);
}

TEST_F(ReuseTest, a_local_file_that_was_damaged_unnoticed_costs_a_fetch)
{
    const auto other = Package::make("quake", "20230303", {{"big.bin", large_}});
    install(other);
    const auto wanted = Package::make("doom", "20240202", {{"renamed.pak", large_}});
    add_peer(1, "anna", {wanted});
    start_downloads();
    // With its size and times as they were, as a bad disk leaves it.
    const auto path = games_ / "quake/big.bin";
    library::write_file(path, with_change(large_, 2 * mib + 5, 10));
    update(wanted);
    EXPECT_GE(chunks_sent(), 2U);
}

TEST_F(ReuseTest, what_is_here_is_used_before_anybody_who_has_the_game_is)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", large_}, {"b.pak", library::pattern(mib, 2)}});
    install(old);
    auto& anna = add_peer(1, "anna", {wanted});
    anna.chunks_before_pause = 0;
    start_downloads();
    get(wanted);
    testing::run_until(context_, [&] { return status(wanted).bytes_local == large_.size(); });
    const auto offered = partials_.find(wanted.content());
    ASSERT_TRUE(offered);
    EXPECT_EQ(offered->verified().count(), 9U);
    network_.peers.at(peer(1)).chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    wait_for(wanted, DownloadState::done);
    expect_tree(wanted);
}

TEST_F(ReuseTest, an_update_that_was_cut_short_goes_on_with_what_it_had_and_with_the_old_version)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", large_}, {"b.pak", library::pattern(6 * mib, 2)}});
    have(old, wanted);
    network_.peers.at(peer(1)).chunks_before_pause = 3;
    get(wanted);
    testing::run_until(context_, [&] { return status(wanted).bytes_done >= large_.size() + 2 * mib; });
    expect_whole(old);
    restart_all();
    ASSERT_TRUE(library_->find(old.content()));
    network_.peers.at(peer(1)).chunks_before_pause = SIZE_MAX;
    network_.resumed.notify_all();
    wait_for(wanted, DownloadState::done);
    expect_tree(wanted);
    EXPECT_LE(chunks_sent(), 5U);
}

TEST_F(ReuseTest, going_back_to_the_old_version_is_as_cheap)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}, {"gone.txt", "x"}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", with_change(large_, 1'000'000, 50'000)}});
    have(old, wanted);
    network_.peers.at(peer(1)).holds.insert(old.content());
    network_.add(old);
    update(wanted);
    EXPECT_FALSE(std::filesystem::exists(games_ / "doom/gone.txt"));
    const auto there = moved();
    update(old);
    EXPECT_LE(moved() - there, 50'000U * 110 / 100 + 1'000);
}

TEST_F(ReuseTest, a_partial_holder_is_asked_for_what_differs_in_the_chunks_that_it_has)
{
    const auto old = Package::make("doom", "20240101", {{"a.pak", large_}});
    const auto wanted =
        Package::make("doom", "20240202", {{"a.pak", with_change(large_, 1'000'000, 50'000)}});
    install(old);
    auto& ben = add_peer(2, "ben", {});
    network_.add(wanted);
    for (std::uint32_t chunk = 0; chunk < wanted.manifest->chunk_count(); ++chunk) {
        ben.partial[wanted.content()].insert(chunk);
    }
    start_downloads();
    update(wanted);
    EXPECT_LE(moved(), 50'000U * 110 / 100 + 1'000);
}

}  // namespace
}  // namespace lanspread::swarm
