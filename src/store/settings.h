#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/database.h"

namespace lanspread::store {

/// What a person has set, by name: numbers, and texts under names of their own. What the names and numbers
/// mean is their owner's business; one that was never set is not there.
class Settings {
public:
    explicit Settings(Database& database) : database_(database) {}

    [[nodiscard]] Result<std::map<std::string, std::int64_t>> load_all();
    [[nodiscard]] Result<void> set(std::string_view name, std::int64_t value);
    [[nodiscard]] Result<std::map<std::string, std::string>> load_texts();
    [[nodiscard]] Result<void> set_text(std::string_view name, std::string_view value);

private:
    Database& database_;
};

}  // namespace lanspread::store
