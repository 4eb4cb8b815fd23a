#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lanspread {

using ByteSpan = std::span<const std::byte>;
using Bytes = std::vector<std::byte>;

[[nodiscard]] inline ByteSpan as_bytes(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] inline std::string_view as_text(ByteSpan bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hex digits, two a byte.
[[nodiscard]] std::string to_hex(ByteSpan bytes);

/// Fills `out` from exactly twice as many hex digits; false where `text` is anything else.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::byte> out);

/// Appends numbers in network byte order and raw bytes to a buffer of its own.
class ByteWriter {
public:
    void u8(std::uint8_t value);
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void raw(ByteSpan bytes);

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] Bytes take() { return std::move(bytes_); }

private:
    void big_endian(std::uint64_t value, int width);

    Bytes bytes_;
};

/// Reads what ByteWriter writes, from bytes that nobody vouches for: past the end every read gives nothing
/// and `failed()` stays true, so a parser may check once at its end. The bytes must outlive the reader.
class ByteReader {
public:
    explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

    [[nodiscard]] std::uint8_t u8();
    [[nodiscard]] std::uint16_t u16();
    [[nodiscard]] std::uint32_t u32();
    [[nodiscard]] std::uint64_t u64();
    /// A view of the next `size` bytes; empty where there are fewer.
    [[nodiscard]] ByteSpan raw(std::size_t size);

    [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    [[nodiscard]] std::uint64_t big_endian(std::size_t width);

    ByteSpan bytes_;
    std::size_t position_ = 0;
    bool failed_ = false;
};

}  // namespace lanspread
