#pragma once

#include "base/error.h"
#include "wire/described_reader.h"
#include "wire/described_writer.h"
#include "wire/messages.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Described structs (Boost.Describe) to JSON text and back: for what peers say to each other, and for the
/// control API's commands, snapshots and events, which are structs of the same kind. Pure functions, usable
/// on every thread.
///
/// A struct becomes `{"type":"GetChunk", …its members by name}`; structs inside it have no "type". A
/// std::variant is whichever struct it holds. A std::vector at the top becomes `{"items":[…]}`. Members may
/// be bool, integers (up to 64 bits, written as JSON integers), double, std::string, Digest (hex), GameId,
/// Address (text; without its scope), described structs, and std::vector or std::optional of these; an empty
/// optional is left out.
///
/// Decoding is strict, because nobody vouches for the text: it refuses what is not exactly one value of that
/// form and within the limits of json_value.h, with `invalid_input` and the path of the member that is wrong
/// ("LibraryDelta.upserts[3].size: …"). Where a struct has a `check` (messages.h), both directions apply it.
namespace lanspread::wire {

/// The text of `message`: a described struct, a std::variant of such, or a std::vector of such. Text that is
/// not UTF-8 is mended with U+FFFD. `refused` where the result would break a limit that the other side holds
/// us to.
template <class T>
[[nodiscard]] Result<std::string> encode(const T& message, std::size_t max_size = max_message_size)
{
    JsonWriter writer;
    if (auto written = write_top(writer, message); !written) {
        return fail(std::move(written).error());
    }
    return writer.finish(max_size);
}

/// Reads one `T` from `text`: a described struct, a std::variant of such (whichever "type" names), or a
/// std::vector of such.
template <class T>
[[nodiscard]] Result<T> decode(std::string_view text, std::size_t max_size = max_message_size)
{
    const auto document = JsonDocument::parse(text, max_size);
    return document ? TopReader<T>::read(document->root()) : fail(document.error());
}

/// Reads one of `Ts`, whichever "type" names.
template <class... Ts>
[[nodiscard]] Result<std::variant<Ts...>> decode_any(std::string_view text,
                                                     std::size_t max_size = max_message_size)
{
    return decode<std::variant<Ts...>>(text, max_size);
}

/// What a Hello of any version of the protocol, also of a later one, says first.
struct HelloHead {
    std::uint32_t protocol = 0;
    std::string name;  ///< not checked: for display_name; empty where it is told in another way
};

/// Looks at nothing but "type", "protocol" and "name", so that a Hello that `decode` cannot read still tells
/// who must update. `invalid_input` where it is no Hello, or names no protocol.
[[nodiscard]] Result<HelloHead> head_of_hello(std::string_view text, std::size_t max_size = max_message_size);

/// The message that tells the other side of `error`; a long text is cut.
[[nodiscard]] Failure to_failure(const Error& error);

/// The error that the other side told of. A code that we do not know is `refused`: that much is certain.
[[nodiscard]] Error to_error(const Failure& failure);

/// Reads the answer to a request: a `T`, or the other side's Failure, which becomes the error.
template <class T>
[[nodiscard]] Result<T> decode_answer(std::string_view text, std::size_t max_size = max_message_size)
{
    const auto document = JsonDocument::parse(text, max_size);
    if (!document) {
        return fail(document.error());
    }
    if (document->root().type() != type_name<Failure>()) {
        return TopReader<T>::read(document->root());
    }
    const auto failure = TopReader<Failure>::read(document->root());
    return fail(failure ? to_error(*failure) : failure.error());
}

}  // namespace lanspread::wire
