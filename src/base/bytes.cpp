#include "base/bytes.h"

namespace lanspread {

std::string to_hex(ByteSpan bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += digits[std::to_integer<unsigned>(byte >> 4)];
        text += digits[std::to_integer<unsigned>(byte & std::byte{15})];
    }
    return text;
}

namespace {

std::optional<unsigned> hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return std::nullopt;
}

}  // namespace

bool from_hex(std::string_view text, std::span<std::byte> out)
{
    if (text.size() != out.size() * 2) {
        return false;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto high = hex_digit(text[2 * i]);
        const auto low = hex_digit(text[2 * i + 1]);
        if (!high || !low) {
            return false;
        }
        out[i] = static_cast<std::byte>(*high << 4 | *low);
    }
    return true;
}

void ByteWriter::big_endian(std::uint64_t value, int width)
{
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
        bytes_.push_back(static_cast<std::byte>(value >> shift));
    }
}

void ByteWriter::u8(std::uint8_t value) { big_endian(value, 1); }
void ByteWriter::u16(std::uint16_t value) { big_endian(value, 2); }
void ByteWriter::u32(std::uint32_t value) { big_endian(value, 4); }
void ByteWriter::u64(std::uint64_t value) { big_endian(value, 8); }
void ByteWriter::raw(ByteSpan bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

ByteSpan ByteReader::raw(std::size_t size)
{
    if (failed_ || size > remaining()) {
        failed_ = true;
        return {};
    }
    const auto view = bytes_.subspan(position_, size);
    position_ += size;
    return view;
}

std::uint64_t ByteReader::big_endian(std::size_t width)
{
    std::uint64_t value = 0;
    for (const auto byte : raw(width)) {
        value = value << 8 | std::to_integer<std::uint64_t>(byte);
    }
    return value;
}

std::uint8_t ByteReader::u8() { return static_cast<std::uint8_t>(big_endian(1)); }
std::uint16_t ByteReader::u16() { return static_cast<std::uint16_t>(big_endian(2)); }
std::uint32_t ByteReader::u32() { return static_cast<std::uint32_t>(big_endian(4)); }
std::uint64_t ByteReader::u64() { return big_endian(8); }

}  // namespace lanspread
