#include "wire/messages.h"

#include "wire/checks.h"

#include <algorithm>

#include <fmt/format.h>

namespace lanspread::wire {

namespace {

constexpr std::size_t max_program_size = 64;
constexpr std::size_t max_listen_count = 64;
constexpr std::size_t max_code_size = 64;

}  // namespace

Result<void> check(const GameEntry& entry)
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (entry.version.size() != 8 || !std::ranges::all_of(entry.version, is_digit)) {
        return fail(ErrorCode::invalid_input, "version: expected 8 digits");
    }
    return {};
}

Result<void> check(const LibrarySnapshot& library)
{
    if (std::ranges::adjacent_find(library.games, std::greater_equal(), &GameEntry::content) !=
        library.games.end()) {
        return fail(ErrorCode::invalid_input, "games: expected one entry for a content id, sorted by it");
    }
    return {};
}

Result<void> check(const Hello& hello)
{
    if (hello.listen.size() > max_listen_count) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("listen: expected at most {} addresses", max_listen_count));
    }
    const auto name = check_line("name", hello.name, max_name_size);
    return name ? check_line("program", hello.program, max_program_size) : name;
}

Result<void> check(const GetPeers& request)
{
    return check_count("known", request.known.size(), max_known_peers);
}

Result<void> check(const PeerAddresses& peer)
{
    return check_count("listen", peer.listen.size(), max_told_addresses);
}

Result<void> check(const Peers& peers) { return check_count("peers", peers.peers.size(), max_told_peers); }

Result<void> check(const Have& have) { return check_count("chunks", have.chunks.size(), max_have_chunks); }

Result<void> check(const Failure& failure) { return check_line("code", failure.code, max_code_size); }

}  // namespace lanspread::wire
