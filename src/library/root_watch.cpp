#include "library/root_watch.h"

#include <algorithm>

#include "base/log.h"
#include "content/private_folders.h"
#include "platform/paths.h"

namespace lanspread::library {

namespace {

using platform::FileChange;
using platform::FileWatch;

/// Tags: that of the folders above games folders, those of the games folders, those of the roots.
constexpr std::uint64_t above = 0;
constexpr std::uint64_t first_games_folder = 1;
constexpr std::uint64_t first_root = 1'000'000;

/// The nearest folder above `path` that is there, and the name that is expected in it.
std::pair<std::filesystem::path, std::string> nearest_above(const std::filesystem::path& path)
{
    std::error_code error;
    auto below = std::filesystem::absolute(path, error).lexically_normal();
    if (!below.has_filename()) {
        below = below.parent_path();  // it ended in a slash
    }
    auto folder = below.parent_path();
    while (folder != folder.root_path() && !std::filesystem::is_directory(folder, error)) {
        below = folder;
        folder = folder.parent_path();
    }
    return {folder, below.filename().native()};
}

}  // namespace

Result<std::shared_ptr<RootWatch>> RootWatch::open(const Executor& executor,
                                                   std::vector<std::filesystem::path> games_folders,
                                                   std::size_t max_folders)
{
    auto watch = FileWatch::open(executor, max_folders);
    if (!watch) {
        return fail(watch.error());
    }
    return std::make_shared<RootWatch>(std::move(*watch), std::move(games_folders));
}

RootWatch::RootWatch(FileWatch watch, std::vector<std::filesystem::path> games_folders)
    : watch_(std::move(watch)), games_folders_(std::move(games_folders))
{
}

std::optional<int> RootWatch::add(const std::filesystem::path& folder, std::uint64_t tag,
                                  FileWatch::Depth depth)
{
    const auto added = watch_.add(folder, tag, depth);
    if (added) {
        return *added;
    }
    // A folder that is gone again is no problem: a further look is due then.
    if (added.error().code == ErrorCode::unavailable) {
        const std::lock_guard lock(mutex_);
        if (problem_.empty()) {
            problem_ = added.error().message;
        }
    }
    return std::nullopt;
}

void RootWatch::watch_games_folders()
{
    std::map<int, std::set<std::string>> expected;
    std::vector<int> folders_above;
    for (const auto& games_folder : games_folders_) {
        // What came to be after the look and before the watch is found by another look.
        for (auto place = nearest_above(games_folder);;) {
            const auto& [folder, name] = place;
            if (std::ranges::find(games_folders_, folder) != games_folders_.end()) {
                break;  // it is watched as a games folder
            }
            const auto number = add(folder, above, FileWatch::Depth::names);
            if (number) {
                folders_above.push_back(*number);
                expected[*number].insert(name);
            }
            if (auto now = nearest_above(games_folder); number && now != place) {
                place = std::move(now);
            } else {
                break;
            }
        }
    }
    {
        const std::lock_guard lock(mutex_);
        expected_ = std::move(expected);
    }
    watch_.keep_only(above, folders_above);
    for (std::size_t index = 0; index < games_folders_.size(); ++index) {
        std::error_code error;
        // What is given may be a link to the folder.
        const auto real = std::filesystem::canonical(games_folders_[index], error);
        std::vector<int> kept;
        if (const auto number =
                error ? std::nullopt : add(real, first_games_folder + index, FileWatch::Depth::names)) {
            kept.push_back(*number);
        }
        watch_.keep_only(first_games_folder + index, kept);
    }
}

std::uint64_t RootWatch::tag_of(const Root& root)
{
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = tags_.try_emplace(root, first_root + tags_.size());
    if (is_new) {
        roots_.emplace(found->second, root);
    }
    return found->second;
}

void RootWatch::watch_root(const Root& root)
{
    (void)add(root.path(), tag_of(root), FileWatch::Depth::files);
}

RootWatch::Renewal::Renewal(RootWatch* watch, const Root& root) : watch_(watch)
{
    if (watch_ != nullptr) {
        path_ = root.path();
        tag_ = watch_->tag_of(root);
        add({});
    }
}

RootWatch::Renewal::~Renewal()
{
    if (watch_ != nullptr) {
        watch_->watch_.keep_only(tag_, folders_);
    }
}

void RootWatch::Renewal::add(std::string_view name)
{
    if (watch_ == nullptr) {
        return;
    }
    const auto folder = name.empty() ? path_ : path_ / platform::to_path(name);
    if (const auto number = watch_->add(folder, tag_, FileWatch::Depth::files)) {
        folders_.push_back(*number);
    }
}

Task<std::vector<Heard>> RootWatch::next()
{
    std::vector<Heard> heard;
    while (heard.empty()) {
        for (const auto& event : co_await watch_.events()) {
            if (auto meaning = interpret(event)) {
                heard.push_back(std::move(*meaning));
            }
        }
    }
    co_return heard;
}

std::optional<Heard> RootWatch::interpret(const platform::FileEvent& event) const
{
    if (event.change == FileChange::lost) {
        return Heard{.what = Heard::What::everything};
    }
    if (event.change == FileChange::mounts) {
        return Heard{.what = Heard::What::folders};
    }
    const std::lock_guard lock(mutex_);
    if (event.tag == above) {
        const auto expected = expected_.find(event.folder);
        const bool matters = event.change == FileChange::folder_gone || expected == expected_.end() ||
                             expected->second.contains(event.name);
        return matters ? std::optional(Heard{.what = Heard::What::folders}) : std::nullopt;
    }
    if (event.tag < first_root) {
        return interpret_in_games_folder(event.tag - first_games_folder, event);
    }
    const auto root = roots_.find(event.tag);
    if (root == roots_.end()) {
        return std::nullopt;
    }
    const bool is_aside = content::is_private(event.name) || event.change == FileChange::folder_gone;
    return Heard{.what = is_aside ? Heard::What::root_moved : Heard::What::in_root,
                 .root = root->second,
                 .event = event};
}

Heard RootWatch::interpret_in_games_folder(std::size_t folder, const platform::FileEvent& event) const
{
    if (event.change == FileChange::folder_gone) {
        return {.what = Heard::What::folder_gone};
    }
    auto game = GameId::parse(event.name);
    if (!game || !event.is_folder) {
        return {.what = Heard::What::folders};
    }
    Root root{.games_folder = games_folders_[folder], .game = std::move(*game)};
    // Who makes a root is about to fill it; one that is moved here is there as a whole.
    const bool is_new = event.change == FileChange::appeared;
    return {.what = is_new ? Heard::What::in_root : Heard::What::root_moved,
            .root = std::move(root),
            .event = event};
}

void RootWatch::forget_problem()
{
    const std::lock_guard lock(mutex_);
    problem_.clear();
}

std::string RootWatch::problem() const
{
    const std::lock_guard lock(mutex_);
    return problem_;
}

}  // namespace lanspread::library
