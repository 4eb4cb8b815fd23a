#include "catalog/catalog.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/utf8.h"
#include "platform/paths.h"

namespace lanspread::catalog {

namespace {

constexpr std::string_view default_name = "game.db";
constexpr std::string_view covers_name = "covers";
/// A look takes at most that part of the time, also where a disk is slow.
constexpr int rest_per_look = 20;

void add_stat(Stamp& stamp, const std::filesystem::path& path)
{
    const auto file = platform::File::open(path);
    const auto stat = file ? file->stat() : fail(file.error());
    if (stat) {
        stamp.emplace(path.native(), *stat);
    }
}

/// The file itself and what SQLite puts beside it while somebody writes.
Stamp stamp_of(const std::filesystem::path& file)
{
    Stamp stamp;
    for (const auto* ending : {"", "-wal", "-journal"}) {
        auto path = file;
        path += ending;
        add_stat(stamp, path);
    }
    return stamp;
}

bool is_file(const std::filesystem::path& path)
{
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

std::filesystem::path find_file(const Catalog::Options& options)
{
    if (!options.file.empty()) {
        return options.file;
    }
    for (const auto& folder : options.folders) {
        auto file = folder / default_name;
        if (is_file(file)) {
            return file;
        }
    }
    return {};
}

std::filesystem::path find_covers(const Catalog::Options& options, const std::filesystem::path& file)
{
    if (!options.covers.empty() || file.empty()) {
        return options.covers;
    }
    auto beside = file.parent_path() / covers_name;
    std::error_code error;
    return std::filesystem::is_directory(beside, error) ? beside : file.parent_path();
}

/// What a new snapshot is, and which games are others in it.
struct Update {
    std::shared_ptr<const CatalogSnapshot> snapshot;
    std::vector<GameId> changed;
};

using Pictures = std::vector<std::pair<GameId, CoverFile>>;

/// The games with their covers; a cover that is called as a game but for case is that game's.
CatalogSnapshot make_snapshot(const GameDb& db, const Pictures& pictures)
{
    CatalogSnapshot snapshot{.games = db.games};
    std::map<std::string, const CoverFile*> by_folded;
    for (const auto& [id, cover] : pictures) {
        snapshot.covers.emplace(id, cover);
        by_folded.emplace(case_folded(id.text()).value_or(""), &cover);
    }
    for (auto& [id, game] : snapshot.games) {
        if (const auto found = by_folded.find(case_folded(id.text()).value_or(""));
            found != by_folded.end()) {
            const auto place = snapshot.covers.emplace(id, *found->second).first;
            game.facts.cover = place->second.ref;
        }
    }
    return snapshot;
}

}  // namespace

Catalog::Catalog(asio::thread_pool& pool, Options options)
    : pool_(pool),
      options_(std::move(options)),
      file_settling_(options_.retry_interval),
      covers_settling_(options_.retry_interval)
{
}

void Catalog::on_change(std::function<void(const std::vector<GameId>&)> listener)
{
    listeners_.push_back(std::move(listener));
}

CatalogStatus Catalog::status() const
{
    CatalogStatus status{.file = file_,
                         .covers = covers_folder_,
                         .games = snapshot_->games.size(),
                         .problems = cover_problems()};
    if (db_->left_out > 0) {
        status.problems.insert(status.problems.begin(),
                               fmt::format("{}: {} entries are left out, the first because of: {}",
                                           platform::to_utf8(file_), db_->left_out, db_->first_reason));
    }
    if (!file_problem_.empty()) {
        status.problems.insert(status.problems.begin(), file_problem_);
    }
    return status;
}

std::vector<std::string> Catalog::cover_problems() const
{
    std::vector<std::string> problems;
    if (!covers_problem_.empty()) {
        problems.push_back(covers_problem_);
    }
    const auto is_bad = [](const auto& known) { return !known.second.cover; };
    const auto bad = std::ranges::count_if(covers_, is_bad);
    if (bad > 0) {
        const auto first = std::ranges::find_if(covers_, is_bad);
        problems.push_back(bad == 1 ? fmt::format("cover {}", first->second.cover.error().message)
                                    : fmt::format("{} covers cannot be used, the first: {}", bad,
                                                  first->second.cover.error().message));
    }
    return problems;
}

Task<void> Catalog::run()
{
    while (true) {
        const auto took = co_await look();
        const bool is_unsettled = file_settling_.is_unsettled() || covers_settling_.is_unsettled();
        const Duration interval = is_unsettled ? options_.unsettled_interval : options_.look_interval;
        co_await sleep_for(std::max(interval, rest_per_look * took));
    }
}

Catalog::Seen Catalog::look_at(const Options& options)
{
    Seen seen{.file = find_file(options), .listed = std::vector<ListedCover>()};
    if (!seen.file.empty()) {
        seen.file_stamp = stamp_of(seen.file);
    }
    seen.covers = find_covers(options, seen.file);
    if (!seen.covers.empty()) {
        seen.listed = list_covers(seen.covers);
        seen.cover_stamp.emplace(seen.covers.native(), platform::FileStat{.size = seen.listed ? 1U : 0U});
        for (const auto& cover : seen.listed.value_or(std::vector<ListedCover>())) {
            seen.cover_stamp.emplace((seen.covers / platform::to_path(cover.name)).native(), cover.stat);
        }
    }
    return seen;
}

/// Gives how long the look at the disk took, without what was read after it.
Task<Duration> Catalog::look()
{
    const auto began = Clock::now();
    auto seen = co_await offload(pool_, [options = options_] { return look_at(options); });
    const auto took = Clock::now() - began;
    const bool reads_file = file_settling_.look(seen.file_stamp, Clock::now());
    const bool reads_covers = covers_settling_.look(seen.cover_stamp, Clock::now());
    if (reads_file) {
        co_await read_file(std::move(seen.file), std::move(seen.file_stamp));
    }
    if (reads_covers) {
        co_await read_covers(std::move(seen.covers), std::move(seen.listed));
    }
    if (reads_file || reads_covers) {
        co_await publish();
    }
    co_return took;
}

Task<void> Catalog::publish()
{
    Pictures pictures;
    for (const auto& [name, known] : covers_) {
        if (known.cover) {
            pictures.emplace_back(known.listed.id, *known.cover);
        }
    }
    auto update = co_await offload(pool_, [db = db_, before = snapshot_, pictures = std::move(pictures)] {
        auto after = std::make_shared<const CatalogSnapshot>(make_snapshot(*db, pictures));
        auto changed = changed_games(*before, *after);
        return Update{std::move(after), std::move(changed)};
    });
    if (update.changed.empty()) {
        co_return;
    }
    snapshot_ = std::move(update.snapshot);
    for (const auto& listener : listeners_) {
        listener(update.changed);
    }
}

}  // namespace lanspread::catalog
