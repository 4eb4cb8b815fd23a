#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "async/signal.h"
#include "discovery/mdns.h"
#include "faulty/faulty_server.h"
#include "store/database.h"
#include "transport/endpoint.h"

namespace lanspread::faulty {

/// Where peers are asked in the order of their ids, this decides whether a faulty one is the first or the
/// last.
enum class IdOrder { first, last };

struct Options {
    std::filesystem::path state_folder;
    std::filesystem::path games_folder;
    std::string name;
    Fault fault = Fault::none;
    IdOrder id_order = IdOrder::first;
    bool is_partial = false;  ///< its games are announced as downloads, of which it claims all chunks
};

/// A peer out of the program's own parts, which is found as others are, and serves wrongly. On one thread.
class FaultyPeer {
public:
    [[nodiscard]] static Result<std::unique_ptr<FaultyPeer>> open(Executor executor, Options options);
    ~FaultyPeer();

    /// Hashes its games, prints the line "ready id=… listen=…", and then lets itself be found, until it is
    /// cancelled.
    [[nodiscard]] Task<void> run();

private:
    FaultyPeer(Executor executor, Options options, transport::Identity identity,
               std::unique_ptr<store::Database> database, std::unique_ptr<transport::Endpoint> endpoint);

    [[nodiscard]] party::Options party_options();
    [[nodiscard]] Task<void> be_found();
    void offer_games();

    Options options_;
    transport::Identity identity_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<transport::Endpoint> endpoint_;
    asio::thread_pool disk_pool_;
    asio::thread_pool hash_pool_;
    asio::thread_pool store_pool_;
    library::Library library_;
    FaultyServer server_;
    party::Party party_;
    discovery::Mdns mdns_;
    bool has_scanned_ = false;
    Signal scanned_;
};

}  // namespace lanspread::faulty
