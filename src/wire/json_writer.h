#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lanspread::wire {

/// Writes one JSON text (RFC 8259), front to back. The caller opens, names and closes in a legal order.
class JsonWriter {
public:
    void begin_object();
    void end_object();
    void begin_list();
    void end_list();
    /// The name of the next value, inside an object.
    void name(std::string_view name);

    void boolean(bool value);
    void integer(std::int64_t value);
    void integer(std::uint64_t value);
    /// Finite numbers only: JSON has no others.
    void number(double value);
    /// Valid UTF-8 only.
    void string(std::string_view value);

    /// Gives the text away. `refused` where it has more than `max_size` bytes.
    [[nodiscard]] Result<std::string> finish(std::size_t max_size);

private:
    void separate();

    std::string text_;
    bool follows_value_ = false;
};

}  // namespace lanspread::wire
