#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "platform/temporary_folder.h"
#include "store/database.h"
#include "store/downloads.h"
#include "store/library_index.h"
#include "store/manifests.h"
#include "store/removals.h"
#include "store/settings.h"

namespace lanspread::store {

namespace {

class StoreTest : public testing::Test {
protected:
    [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "state.db"; }

    Database& database()
    {
        if (!database_) {
            database_ = Database::open(file()).value();
        }
        return *database_;
    }

    /// As after a restart.
    void reopen() { database_.reset(); }

    void execute(const std::string& sql)
    {
        reopen();
        SQLite::Database(file(), SQLite::OPEN_READWRITE).exec(sql);
    }

    template <class Id>
    static Id digest(unsigned char first)
    {
        Id id;
        id.bytes[0] = std::byte{first};
        return id;
    }

    static DownloadRecord download(unsigned char content, std::string_view game = "doom")
    {
        return {.game = GameId::parse(game).value(),
                .version = "20240101",
                .content = digest<ContentId>(content),
                .games_folder = "/games/\xff not UTF-8",
                .state = DownloadState::running,
                .verified = {std::byte{0}, std::byte{255}},
                .created_ms = content};
    }

    platform::TemporaryFolder folder_;
    std::unique_ptr<Database> database_;
};

TEST_F(StoreTest, keeps_downloads_over_a_restart)
{
    ASSERT_TRUE(Downloads(database()).save(download(2)));
    ASSERT_TRUE(Downloads(database()).save(download(1, "quake")));
    reopen();
    EXPECT_EQ(Downloads(database()).load_all().value(), (std::vector{download(1, "quake"), download(2)}));
}

TEST_F(StoreTest, changes_what_is_verified_and_the_state_of_one_download)
{
    Downloads downloads(database());
    ASSERT_TRUE(downloads.save(download(1)));
    ASSERT_TRUE(downloads.save(download(2)));
    ASSERT_TRUE(downloads.set_verified(download(1).content, {}, 5'000'000'000, 9'000'000'000));
    ASSERT_TRUE(downloads.set_state(download(1).content, DownloadState::finishing));
    auto expected = download(1);
    expected.verified = {};
    expected.bytes_verified = 5'000'000'000;
    expected.bytes_total = 9'000'000'000;
    expected.state = DownloadState::finishing;
    EXPECT_EQ(downloads.load_all().value(), (std::vector{expected, download(2)}));
}

TEST_F(StoreTest, keeps_the_order_of_the_queue_over_a_restart)
{
    Downloads downloads(database());
    for (const unsigned char number : {1, 2, 3}) {
        ASSERT_TRUE(downloads.save(download(number)));
    }
    const auto unknown = digest<ContentId>(9);
    ASSERT_TRUE(downloads.set_places({{download(2).content, 3, 7},
                                      {download(3).content, 1, 2},
                                      {download(1).content, 1, 5},
                                      {unknown, 1, 1}}));
    reopen();
    const auto records = Downloads(database()).load_all().value();
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(records[0].content, download(3).content);
    EXPECT_EQ(records[1].content, download(1).content);
    EXPECT_EQ(records[2].content, download(2).content);
    EXPECT_EQ(records[2].priority, 3);
    EXPECT_EQ(records[2].place, 7);
}

TEST_F(StoreTest, keeps_settings_over_a_restart)
{
    EXPECT_TRUE(Settings(database()).load_all()->empty());
    ASSERT_TRUE(Settings(database()).set("upload_limit", 5'000'000'000));
    ASSERT_TRUE(Settings(database()).set("install_space", 1));
    ASSERT_TRUE(Settings(database()).set("install_space", 0));
    reopen();
    const std::map<std::string, std::int64_t> expected{{"install_space", 0}, {"upload_limit", 5'000'000'000}};
    EXPECT_EQ(Settings(database()).load_all().value(), expected);
}

TEST_F(StoreTest, keeps_texts_over_a_restart)
{
    EXPECT_TRUE(Settings(database()).load_texts()->empty());
    ASSERT_TRUE(Settings(database()).set_text("connect", "pc7.lan:7000"));
    ASSERT_TRUE(Settings(database()).set_text("connect", "pc8.lan [2001:db8::1]:7000"));
    reopen();
    const std::map<std::string, std::string> expected{{"connect", "pc8.lan [2001:db8::1]:7000"}};
    EXPECT_EQ(Settings(database()).load_texts().value(), expected);
}

/// The file as schema 1 wrote it: what a release left behind, word for word.
TEST_F(StoreTest, brings_a_database_of_the_first_schema_up_to_date)
{
    SQLite::Database(file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(R"(
        CREATE TABLE manifests (content BLOB NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE library (
            games_folder BLOB NOT NULL, game TEXT NOT NULL, content BLOB NOT NULL, fingerprint BLOB NOT NULL,
            damage TEXT NOT NULL, PRIMARY KEY (games_folder, game)
        ) STRICT;
        CREATE TABLE downloads (
            content BLOB NOT NULL PRIMARY KEY, game TEXT NOT NULL, version TEXT NOT NULL,
            games_folder BLOB NOT NULL, state INTEGER NOT NULL, verified BLOB NOT NULL,
            created_ms INTEGER NOT NULL
        ) STRICT;
        INSERT INTO downloads VALUES
            (x'0200000000000000000000000000000000000000000000000000000000000000', 'quake', '20240101',
             x'2f67616d65732fff206e6f74205554462d38', 2, x'00ff', 2),
            (x'0100000000000000000000000000000000000000000000000000000000000000', 'doom', '20240101',
             x'2f67616d65732fff206e6f74205554462d38', 1, x'00ff', 1);
        PRAGMA application_id = 1818324595;
        PRAGMA user_version = 1;
    )");
    auto finishing = download(2, "quake");
    finishing.state = DownloadState::finishing;
    EXPECT_EQ(Downloads(database()).load_all().value(), (std::vector{download(1), finishing}))
        << "in the order in which they were asked for, and of normal priority";
    EXPECT_TRUE(Settings(database()).set("upload_limit", 1));
    reopen();
    EXPECT_EQ(Downloads(database()).load_all()->size(), 2U);
}

TEST_F(StoreTest, removes_a_download_and_says_where_there_is_none)
{
    Downloads downloads(database());
    ASSERT_TRUE(downloads.save(download(1)));
    ASSERT_TRUE(downloads.remove(download(1).content));
    ASSERT_TRUE(downloads.remove(download(1).content));
    EXPECT_TRUE(downloads.load_all()->empty());
    EXPECT_EQ(downloads.set_verified(download(1).content, {}, 0, 0).error().code, ErrorCode::not_found);
    EXPECT_EQ(downloads.set_state(download(1).content, DownloadState::running).error().code,
              ErrorCode::not_found);
}

TEST_F(StoreTest, leaves_out_rows_that_do_not_parse)
{
    ASSERT_TRUE(Downloads(database()).save(download(1)));
    execute(
        "INSERT INTO downloads VALUES (x'00', 'doom', '20240101', x'2f', 1, x'', 0, 2, 0, 0, 0);"
        "INSERT INTO downloads VALUES (zeroblob(32), '../up', '20240101', x'2f', 1, x'', 0, 2, 0, 0, 0);"
        "INSERT INTO library VALUES (x'2f', '../up', zeroblob(32), x'', '', 0, NULL);"
        "INSERT INTO library VALUES (x'2f', 'short', zeroblob(31), x'', '', 0, NULL);"
        "INSERT INTO library VALUES (x'2f', 'odd', zeroblob(32), x'', '', 0, zeroblob(31));");
    EXPECT_EQ(Downloads(database()).load_all().value(), std::vector{download(1)});
    EXPECT_TRUE(LibraryIndex(database()).load_all()->empty());
}

TEST_F(StoreTest, keeps_the_library_index_by_root)
{
    const IndexedGame doom{.games_folder = "/games",
                           .game = GameId::parse("doom").value(),
                           .content = digest<ContentId>(7),
                           .fingerprint = {std::byte{1}, std::byte{2}},
                           .damage = "one file"};
    auto other = doom;
    other.games_folder = "/more";
    other.damage.clear();
    LibraryIndex index(database());
    ASSERT_TRUE(index.save(doom));
    ASSERT_TRUE(index.save(doom));
    ASSERT_TRUE(index.save(other));
    EXPECT_EQ(index.load_all().value(), (std::vector{doom, other}));
    ASSERT_TRUE(index.remove("/games", doom.game));
    EXPECT_EQ(index.load_all().value(), std::vector{other});
}

TEST_F(StoreTest, keeps_manifests_and_drops_those_that_nobody_names)
{
    Manifests manifests(database());
    const Bytes bytes(100'000, std::byte{7});
    ASSERT_TRUE(manifests.put(digest<ContentId>(1), bytes));
    ASSERT_TRUE(manifests.put(digest<ContentId>(1), bytes));
    ASSERT_TRUE(manifests.put(digest<ContentId>(2), bytes));
    ASSERT_TRUE(Downloads(database()).save(download(1)));
    EXPECT_EQ(manifests.remove_unused(), 1U);
    EXPECT_EQ(manifests.get(digest<ContentId>(1)).value(), bytes);
    EXPECT_EQ(manifests.get(digest<ContentId>(2)).value(), std::nullopt);
}

TEST_F(StoreTest, keeps_a_removal_and_its_manifest_until_it_is_done)
{
    const RemovalRecord doom{.games_folder = "/games/\xff not UTF-8",
                             .game = GameId::parse("doom").value(),
                             .content = digest<ContentId>(7)};
    ASSERT_TRUE(Manifests(database()).put(doom.content, Bytes(10, std::byte{7})));
    ASSERT_TRUE(Removals(database()).save(doom));
    ASSERT_TRUE(Removals(database()).save(doom));
    execute("INSERT INTO removals VALUES (x'2f', '../up', zeroblob(32))");
    EXPECT_EQ(Removals(database()).load_all().value(), std::vector{doom});
    EXPECT_EQ(Manifests(database()).remove_unused(), 0U);
    ASSERT_TRUE(Removals(database()).remove(doom.game));
    EXPECT_TRUE(Removals(database()).load_all()->empty());
    EXPECT_EQ(Manifests(database()).remove_unused(), 1U);
}

TEST_F(StoreTest, refuses_a_database_of_a_newer_version_and_says_so)
{
    (void)database();
    execute("PRAGMA user_version = 1000");
    const auto opened = Database::open(file());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::invalid_input);
    EXPECT_NE(opened.error().message.find("newer"), std::string::npos) << opened.error().message;
}

TEST_F(StoreTest, refuses_a_database_of_another_program)
{
    SQLite::Database(file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE mine (x)");
    EXPECT_EQ(Database::open(file()).error().code, ErrorCode::invalid_input);
    EXPECT_TRUE(SQLite::Database(file()).tableExists("mine"));
}

TEST_F(StoreTest, names_a_damaged_file_and_the_way_out)
{
    std::ofstream(file()) << std::string(8192, 'x');
    const auto opened = Database::open(file());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
    EXPECT_NE(opened.error().message.find(file().string()), std::string::npos);
    EXPECT_NE(opened.error().message.find("move it away"), std::string::npos);
}

TEST_F(StoreTest, finds_a_torn_page_when_it_opens)
{
    for (unsigned char number = 0; number < 200; ++number) {
        auto record = download(number);
        record.verified.resize(1000);
        ASSERT_TRUE(Downloads(database()).save(record));
    }
    reopen();
    std::fstream torn(file(), std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 6; page < 30; ++page) {
        torn.seekp(page * 4096);
        torn << std::string(2048, '\xee');
    }
    torn.close();
    EXPECT_EQ(Database::open(file()).error().code, ErrorCode::corrupt);
}

TEST_F(StoreTest, says_that_its_folder_is_missing)
{
    EXPECT_EQ(Database::open(folder_.path() / "missing" / "state.db").error().code, ErrorCode::io);
}

}  // namespace

}  // namespace lanspread::store
