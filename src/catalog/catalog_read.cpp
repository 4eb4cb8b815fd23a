#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "async/offload.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "platform/paths.h"

namespace lanspread::catalog {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Pictures are read in pieces of about that long, so that the pool serves others between them.
constexpr milliseconds piece{100};
/// When reading the pictures takes longer, what is there is published meanwhile.
constexpr seconds publish_interval{1};
/// A file that has changed so shortly ago may change again without looking different: its times have the
/// grain of the kernel's clock.
constexpr milliseconds fresh{100};

/// Whether a file had come to rest before it was read. What changed in the future, by our clock, has, too:
/// another clock wrote it.
bool is_old(const platform::FileStat& stat)
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const nanoseconds changed(stat.ctime_ns);
    return changed < now - fresh || changed > now + fresh;
}

bool is_old(const Stamp& stamp)
{
    return std::ranges::all_of(stamp, [](const auto& entry) { return is_old(entry.second); });
}

bool may_pass(const Error& error) { return error.code == ErrorCode::unavailable; }

using Identified = std::vector<Result<CoverFile>>;

/// What the pictures from the `first` on are: of as many as can be read in a short time, one at least.
Identified identify(const std::filesystem::path& folder, const std::vector<ListedCover>& covers,
                    std::size_t first)
{
    Identified identified;
    const auto end = Clock::now() + piece;
    do {
        identified.push_back(identify_cover(folder, covers[first + identified.size()]));
    } while (first + identified.size() < covers.size() && Clock::now() < end);
    return identified;
}

}  // namespace

Task<void> Catalog::read_file(std::filesystem::path file, Stamp stamp)
{
    auto db = file.empty() ? Result<GameDb>(fail(ErrorCode::not_found, "no game.db"))
                           : co_await offload(pool_, [file] { return read_game_db(file); });
    file_settling_.was_read(is_old(stamp) && (db || !may_pass(db.error())), Clock::now());
    const auto before = std::exchange(file_problem_, {});
    if (db) {
        file_ = std::move(file);
        db_ = std::make_shared<const GameDb>(*std::move(db));
        log::info("catalog", "{}: {} games", platform::to_utf8(file_), db_->games.size());
        co_return;
    }
    if (file.empty() && db_->games.empty()) {
        file_.clear();
        co_return;
    }
    file_problem_ = file.empty() ? fmt::format("{}: it is not there any more", platform::to_utf8(file_))
                                 : fmt::format("catalog {}", db.error().message);
    if (!db_->games.empty()) {
        file_problem_ += "; what was read of it before stays in use";
    }
    if (!file.empty()) {
        file_ = std::move(file);
    }
    if (file_problem_ != before) {
        log::warning("catalog", "{}", file_problem_);
    }
}

Task<void> Catalog::read_covers(std::filesystem::path folder, Result<std::vector<ListedCover>> listed)
{
    covers_problem_.clear();
    covers_folder_ = folder;
    if (!listed) {
        covers_settling_.was_read(true, Clock::now());
        covers_problem_ = fmt::format("covers {}", listed.error().message);
        log::warning("catalog", "{}", covers_problem_);
        co_return;  // what was found there before stays: a disk that is gone may come back
    }
    const auto unread = std::make_shared<const std::vector<ListedCover>>(take_over(*listed));
    bool is_sure = true;
    auto published_at = Clock::now();
    for (std::size_t next = 0; next < unread->size();) {
        const auto identified =
            co_await offload(pool_, [folder, unread, next] { return identify(folder, *unread, next); });
        for (const auto& cover : identified) {
            const auto& its = (*unread)[next++];
            const bool is_certain = is_old(its.stat) && (cover || !may_pass(cover.error()));
            covers_.insert_or_assign(its.name, KnownCover{its, cover, is_certain});
            is_sure = is_sure && is_certain;
        }
        if (Clock::now() - published_at >= publish_interval) {
            co_await publish();
            published_at = Clock::now();
        }
    }
    covers_settling_.was_read(is_sure, Clock::now());
}

/// Forgets the pictures that are not in the list, and gives those of it that are not known as they are.
std::vector<ListedCover> Catalog::take_over(const std::vector<ListedCover>& listed)
{
    std::map<std::string, KnownCover> still;
    std::vector<ListedCover> unread;
    for (const auto& cover : listed) {
        const auto known = covers_.find(cover.name);
        if (known == covers_.end() || known->second.listed.stat != cover.stat || !known->second.is_certain) {
            unread.push_back(cover);
        }
        if (known != covers_.end()) {
            still.insert(covers_.extract(known));
        }
    }
    covers_ = std::move(still);
    return unread;
}

}  // namespace lanspread::catalog
