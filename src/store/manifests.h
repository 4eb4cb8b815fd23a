#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "store/database.h"

namespace lanspread::store {

/// Manifests by content id, as canonical bytes. They are not checked here: whoever reads one parses it and
/// compares its content id, for a file on disk proves nothing.
class Manifests {
public:
    explicit Manifests(Database& database) : database_(database) {}

    /// Idempotent.
    [[nodiscard]] Result<void> put(const ContentId& content, ByteSpan canonical_bytes);
    /// Nothing where it is not known.
    [[nodiscard]] Result<std::optional<Bytes>> get(const ContentId& content);
    /// Drops the manifests that no row of the library index, no download and no removal names, and returns
    /// how many. For the start, before anybody puts one that is named a moment later.
    [[nodiscard]] Result<std::size_t> remove_unused();

private:
    Database& database_;
};

}  // namespace lanspread::store
