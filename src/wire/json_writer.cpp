#include "wire/json_writer.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>

namespace lanspread::wire {

void JsonWriter::separate()
{
    if (follows_value_) {
        text_ += ',';
    }
    follows_value_ = true;
}

void JsonWriter::begin_object()
{
    separate();
    text_ += '{';
    follows_value_ = false;
}

void JsonWriter::end_object()
{
    text_ += '}';
    follows_value_ = true;
}

void JsonWriter::begin_list()
{
    separate();
    text_ += '[';
    follows_value_ = false;
}

void JsonWriter::end_list()
{
    text_ += ']';
    follows_value_ = true;
}

void JsonWriter::name(std::string_view name)
{
    string(name);
    text_ += ':';
    follows_value_ = false;
}

void JsonWriter::boolean(bool value)
{
    separate();
    text_ += value ? "true" : "false";
}

void JsonWriter::integer(std::int64_t value)
{
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", value);
}

void JsonWriter::integer(std::uint64_t value)
{
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", value);
}

void JsonWriter::number(double value)
{
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", value);
}

void JsonWriter::string(std::string_view value)
{
    separate();
    text_ += boost::json::serialize(boost::json::string_view(value.data(), value.size()));
}

Result<std::string> JsonWriter::finish(std::size_t max_size)
{
    if (text_.size() > max_size) {
        return fail(ErrorCode::refused,
                    fmt::format("message of {} bytes: at most {} are read", text_.size(), max_size));
    }
    return std::exchange(text_, {});
}

}  // namespace lanspread::wire
