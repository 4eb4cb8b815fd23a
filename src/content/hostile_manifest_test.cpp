#include "content/hash.h"
#include "content/manifest.h"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

namespace lanspread::content {

namespace {

/// What a manifest's bytes say, checked by nobody: to write hostile ones with.
struct RawFile {
    std::string path;
    std::uint64_t size = 10;
    std::uint8_t flags = 0;
};

struct RawManifest {
    std::string magic = "LSPM";
    std::uint8_t format = 1;
    std::string game = "doom";
    std::string version = "20240131";
    std::vector<RawFile> files{{.path = "game.eti"}, {.path = "version.ini"}};
    std::optional<std::uint32_t> file_count = std::nullopt;
    std::optional<std::uint32_t> chunk_count = std::nullopt;
    std::size_t hashes = 1;
    std::string tail = {};

    [[nodiscard]] Bytes bytes() const
    {
        ByteWriter writer;
        writer.raw(as_bytes(magic));
        writer.u8(format);
        writer.u8(static_cast<std::uint8_t>(game.size()));
        writer.raw(as_bytes(game));
        writer.raw(as_bytes(version));
        writer.u32(file_count.value_or(static_cast<std::uint32_t>(files.size())));
        for (const auto& raw : files) {
            writer.u16(static_cast<std::uint16_t>(raw.path.size()));
            writer.raw(as_bytes(raw.path));
            writer.u64(raw.size);
            writer.u8(raw.flags);
        }
        writer.u32(chunk_count.value_or(static_cast<std::uint32_t>(hashes)));
        writer.raw(Bytes(hashes * 32));
        writer.raw(as_bytes(tail));
        return writer.take();
    }
};

testing::AssertionResult is_accepted(const RawManifest& raw)
{
    const auto manifest = Manifest::parse(raw.bytes());
    return manifest ? testing::AssertionSuccess() : testing::AssertionFailure() << manifest.error().message;
}

testing::AssertionResult is_refused(const RawManifest& raw, std::string_view reason)
{
    const auto manifest = Manifest::parse(raw.bytes());
    if (manifest) {
        return testing::AssertionFailure() << "accepted";
    }
    if (manifest.error().code != ErrorCode::invalid_input || !manifest.error().message.contains(reason)) {
        return testing::AssertionFailure() << "refused for another reason: " << manifest.error().message;
    }
    return testing::AssertionSuccess();
}

RawManifest with_paths(std::vector<std::string> paths)
{
    paths.emplace_back("version.ini");
    std::ranges::sort(paths);
    RawManifest raw;
    raw.files.clear();
    for (auto& path : paths) {
        raw.files.push_back({.path = std::move(path)});
    }
    return raw;
}

}  // namespace

TEST(Manifest, reads_the_bytes_that_the_document_describes)
{
    const auto manifest = Manifest::parse(RawManifest().bytes());
    ASSERT_TRUE(manifest) << manifest.error().message;
    ASSERT_EQ(manifest->files().size(), 2);
    EXPECT_EQ(manifest->files()[0].path.text(), "game.eti");
    EXPECT_EQ(manifest->files()[1].path.text(), "version.ini");
    EXPECT_EQ(manifest->content_id(), hash_manifest(RawManifest().bytes()));
}

TEST(HostileManifest, of_another_format_is_refused)
{
    EXPECT_TRUE(is_refused(RawManifest{.magic = "LSPX"}, "format"));
    EXPECT_TRUE(is_refused(RawManifest{.format = 2}, "format"));
}

TEST(HostileManifest, that_ends_anywhere_before_its_end_is_refused)
{
    const auto bytes = RawManifest().bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(Manifest::parse(ByteSpan(bytes).first(size))) << size;
    }
}

TEST(HostileManifest, with_bytes_after_its_end_is_refused)
{
    EXPECT_TRUE(is_refused(RawManifest{.tail = "x"}, "room"));
}

TEST(HostileManifest, whose_game_id_leaves_the_games_folder_is_refused)
{
    for (const auto* id : {"..", "../x", "a/b", "", "C:", "NUL"}) {
        EXPECT_TRUE(is_refused(RawManifest{.game = id}, "game id"));
    }
}

TEST(HostileManifest, whose_version_is_not_eight_digits_is_refused)
{
    EXPECT_TRUE(is_refused(RawManifest{.version = "2024-1-1"}, "version"));
}

TEST(HostileManifest, that_claims_more_files_or_chunks_than_it_has_room_for_is_refused)
{
    EXPECT_TRUE(is_refused(RawManifest{.file_count = 0xffffffff}, "room"));
    EXPECT_TRUE(is_refused(RawManifest{.file_count = 1'000'000}, "room"));
    EXPECT_TRUE(is_refused(RawManifest{.chunk_count = 0xffffffff}, "room"));
    EXPECT_TRUE(is_refused(RawManifest{.chunk_count = 0}, "room"));
    EXPECT_TRUE(is_refused(RawManifest{.hashes = 2}, "as many chunk hashes"));
}

TEST(HostileManifest, whose_files_are_larger_than_any_game_is_refused)
{
    RawManifest raw;
    raw.files[0].size = (std::uint64_t{4} << 40) - 9;
    EXPECT_TRUE(is_refused(raw, "4 TiB"));
    raw.files[0].size = ~std::uint64_t{0};
    EXPECT_TRUE(is_refused(raw, "4 TiB"));
}

TEST(HostileManifest, with_a_path_that_is_not_safe_is_refused)
{
    for (const auto* path : {"../x", "a/../../x", "/etc/passwd", "a//b", "a/", "", ".", "C:/x", "a\\b",
                             "a:stream", "nul.txt", "a.", "a/b ", "x\n", "u\xcc\x88", "\xff", "what?"}) {
        EXPECT_TRUE(is_refused(with_paths({path}), "path"));
    }
}

TEST(HostileManifest, with_a_path_in_the_users_or_our_own_folder_is_refused)
{
    for (const auto* path :
         {"local/save", "LOCAL/save", "Local", ".lanspread/x", ".LanSpread", "LANSPR~1/x", "l\u200bocal/x"}) {
        EXPECT_TRUE(is_refused(with_paths({path}), "not the package's"));
    }
}

TEST(Manifest, may_have_such_names_further_down)
{
    EXPECT_TRUE(is_accepted(with_paths({"data/local/x", "localisation/de"})));
}

TEST(HostileManifest, with_a_path_twice_is_refused)
{
    EXPECT_TRUE(is_refused(with_paths({"a", "a"}), "same name"));
}

TEST(HostileManifest, with_names_that_differ_only_in_case_is_refused)
{
    EXPECT_TRUE(is_refused(with_paths({"readme", "README"}), "same name"));
    EXPECT_TRUE(is_refused(with_paths({"Übersicht", "übersicht"}), "same name"));
    EXPECT_TRUE(is_refused(with_paths({"straße", "STRASSE"}), "same name"));
    EXPECT_TRUE(is_refused(with_paths({"Version.ini"}), "same name"));
}

TEST(HostileManifest, with_folders_that_differ_only_in_case_is_refused)
{
    EXPECT_TRUE(is_refused(with_paths({"A/x", "a/y"}), "same name"));
    EXPECT_TRUE(is_refused(with_paths({"data/A/x", "data/b", "data/a/y"}), "same name"));
    EXPECT_TRUE(is_refused(with_paths({"A/x", "a"}), "same name"));
}

TEST(HostileManifest, with_a_file_that_is_also_a_folder_is_refused)
{
    EXPECT_TRUE(is_refused(with_paths({"a", "a/b"}), "same name"));
    EXPECT_TRUE(is_refused(with_paths({"a", "a-b", "a/b/c"}), "same name"));
}

TEST(Manifest, may_have_folders_with_files_that_sort_between_theirs)
{
    EXPECT_TRUE(is_accepted(with_paths({"a/x", "a-b", "a.b/x", "a0", "a/y/z", "a/y.z"})));
}

TEST(HostileManifest, without_a_sentinel_at_its_top_is_refused)
{
    auto raw = with_paths({"a"});
    raw.files.pop_back();
    EXPECT_TRUE(is_refused(raw, "version.ini"));
    raw.files.push_back({.path = "data/version.ini"});
    EXPECT_TRUE(is_refused(raw, "version.ini"));
    raw.files.back() = {.path = "version.ini", .size = 0};
    EXPECT_TRUE(is_refused(raw, "version.ini"));
}

TEST(HostileManifest, with_files_out_of_order_is_refused)
{
    RawManifest raw;
    std::ranges::reverse(raw.files);
    EXPECT_TRUE(is_refused(raw, "order"));
}

TEST(HostileManifest, with_unknown_flags_is_refused)
{
    RawManifest raw;
    raw.files[0].flags = 2;
    EXPECT_TRUE(is_refused(raw, "flags"));
}

}  // namespace lanspread::content
