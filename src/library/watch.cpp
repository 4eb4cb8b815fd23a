#include <chrono>

#include "base/log.h"
#include "library/core.h"

/// Listening for what changes on the disk.
namespace lanspread::library {

namespace {

/// So many events at once are a storm: the next are waited for a little, so that the kernel puts together
/// those that are alike.
constexpr std::size_t many = 64;
constexpr Duration breath = std::chrono::milliseconds(20);

/// Lends a watch to the library for as long as a scope runs.
class Lent {
public:
    Lent(std::shared_ptr<RootWatch>& place, std::shared_ptr<RootWatch> watch) : place_(place)
    {
        place_ = std::move(watch);
    }
    ~Lent() { place_.reset(); }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;

private:
    std::shared_ptr<RootWatch>& place_;
};

}  // namespace

Task<void> Library::Core::watch()
{
    auto opened =
        RootWatch::open(co_await asio::this_coro::executor, options_.games_folders, options_.max_watches);
    if (!opened) {
        watch_problem_ = opened.error().message;
        log::warning("library", "changes on the disk are noticed late: {}", watch_problem_);
        co_return;
    }
    watch_problem_.clear();
    const Lent lent(watch_, *opened);
    const auto watch = *opened;
    // A look renews the watches, so the first one makes them.
    request_scan();
    while (true) {
        const auto heard = co_await watch->next();
        bool folders = false;
        for (const auto& event : heard) {
            folders = hear(event) || folders;
        }
        looks_wanted_.notify_all();
        if (folders) {
            co_await check_folders();
        }
        if (heard.size() >= many) {
            co_await sleep_for(breath);
        }
    }
}

bool Library::Core::hear(const Heard& heard)
{
    const auto now = Clock::now();
    switch (heard.what) {
        case Heard::What::in_root: plan_.heard(*heard.root, heard.event, now); return false;
        case Heard::What::root_moved: plan_.root_moved(*heard.root, now); return false;
        case Heard::What::folders: return true;
        case Heard::What::folder_gone:
        case Heard::What::everything: request_scan(); return false;
    }
    return false;
}

}  // namespace lanspread::library
