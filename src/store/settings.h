#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/database.h"

namespace lanspread::store {

/// Small texts by name.
class Settings {
public:
    explicit Settings(Database& database) : database_(database) {}

    [[nodiscard]] Result<void> set(std::string_view key, std::string_view value);
    /// Nothing where it was never set.
    [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key);
    /// Idempotent.
    [[nodiscard]] Result<void> remove(std::string_view key);

private:
    Database& database_;
};

}  // namespace lanspread::store
