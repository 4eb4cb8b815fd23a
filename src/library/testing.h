#pragma once

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/thread_pool.hpp>

#include "async/task_group.h"
#include "async/testing.h"
#include "library/library.h"
#include "platform/paths.h"
#include "platform/temporary_folder.h"
#include "store/database.h"

/// For the tests of library/: games on a real disk, and a library over them with a real database.
namespace lanspread::library {

inline constexpr std::string_view version = "20240101";

/// Writes a file, and the folders above it.
inline void write_file(const std::filesystem::path& path, std::string_view text)
{
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

/// Bytes that are not all the same, and other ones for each seed.
inline std::string pattern(std::size_t size, unsigned seed)
{
    std::string text(size, '\0');
    // By pointer: it is megabytes, and tests are not optimized.
    char* const characters = text.data();
    std::uint32_t state = seed * 2'654'435'761U + 1;
    for (std::size_t at = 0; at < size; ++at) {
        state = state * 1'664'525U + 1'013'904'223U;
        characters[at] = static_cast<char>(state >> 24U);
    }
    return text;
}

inline GameId game_id(std::string_view text) { return GameId::parse(text).value(); }

/// A library over `games`, which runs from `start` until `stop` or the end of the test.
class LibraryTest : public ::testing::Test {
protected:
    LibraryTest() { std::filesystem::create_directories(games_); }
    ~LibraryTest() override { stop(); }

    /// A game root with a small and a large file.
    void make_game(std::string_view id, unsigned seed = 1)
    {
        const auto root = games_ / id;
        write_file(root / "data/large.pak", pattern(2'500'000, seed));
        write_file(root / "readme.txt", "hello");
        write_file(root / "version.ini", version);
    }

    void start() { start(Options{.games_folders = {games_}}); }
    void start(Options options)
    {
        database_ = store::Database::open(temporary_.path() / "state.db").value();
        library_ =
            std::make_unique<Library>(Pools{.disk = disk_, .hash = hash_, .store = store_, .hash_threads = 2},
                                      *database_, std::move(options));
        library_->on_change([this](const Change& change) { changes_.push_back(change); });
        group_ = std::make_unique<TaskGroup>(context_.get_executor(), CancellationToken());
        group_->spawn(library_->run());
        scan();
    }

    /// Ends the library as a shutdown does. `start` then is a restart with the same state.
    void stop()
    {
        if (group_) {
            group_->cancel();
            testing::run_until(context_, [this] { return group_->running() == 0; });
        }
        group_.reset();
        library_.reset();
        database_.reset();
    }

    void scan() { wait(library_->rescan()); }

    /// Runs the task to its end, and the library beside it.
    template <class T>
    T wait(Task<T> task)
    {
        std::optional<T> result;
        asio::co_spawn(Executor(context_.get_executor()), std::move(task),
                       [&](std::exception_ptr exception, T value) {
                           EXPECT_FALSE(exception);
                           result = std::move(value);
                       });
        testing::run_until(context_, [&] { return result.has_value(); });
        return std::move(*result);
    }

    void wait(Task<void> task)
    {
        bool has_ended = false;
        asio::co_spawn(Executor(context_.get_executor()), std::move(task), [&](std::exception_ptr exception) {
            EXPECT_FALSE(exception);
            has_ended = true;
        });
        testing::run_until(context_, [&] { return has_ended; });
    }

    [[nodiscard]] LocalGamePtr find(std::string_view id) const { return library_->find(game_id(id)); }

    [[nodiscard]] std::string problems() const
    {
        std::string all;
        for (const auto& problem : library_->problems()) {
            all += problem + "\n";
        }
        return all;
    }

    platform::TemporaryFolder temporary_;
    std::filesystem::path games_ = temporary_.path() / "games";
    asio::io_context context_;
    asio::thread_pool disk_{2};
    asio::thread_pool hash_{2};
    asio::thread_pool store_{1};
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<Library> library_;
    std::unique_ptr<TaskGroup> group_;
    std::vector<Change> changes_;
};

}  // namespace lanspread::library
