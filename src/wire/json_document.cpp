#include "wire/json_value.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

namespace lanspread::wire {

namespace {

using boost::json::error_code;
using boost::json::string_view;

/// What boost::json::basic_parser tells its findings to: builds the value, and refuses what the ready-made
/// parser lets through: too many values, and members of one name.
struct Builder {
    // The limits that the parser itself enforces.
    static constexpr std::size_t max_object_size = max_member_count;
    static constexpr std::size_t max_array_size = max_list_size;
    static constexpr std::size_t max_key_size = 64;
    static constexpr std::size_t max_string_size = wire::max_string_size;

    explicit Builder(boost::json::storage_ptr storage) { stack.reset(std::move(storage)); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_object_begin(error_code& error)
    {
        first_name_of_object.push_back(names.size());
        return count(error);
    }
    bool on_object_end(std::size_t size, error_code&)
    {
        names.resize(first_name_of_object.back());
        first_name_of_object.pop_back();
        stack.push_object(size);
        return true;
    }
    bool on_array_begin(error_code& error) { return count(error); }
    bool on_array_end(std::size_t size, error_code&)
    {
        stack.push_array(size);
        return true;
    }

    bool on_key_part(string_view part, std::size_t, error_code&)
    {
        name_begin.append(part.data(), part.size());
        stack.push_chars(part);
        return true;
    }
    bool on_key(string_view part, std::size_t, error_code& error)
    {
        name_begin.append(part.data(), part.size());
        stack.push_key(part);
        const auto first = names.begin() + static_cast<std::ptrdiff_t>(first_name_of_object.back());
        if (std::find(first, names.end(), name_begin) != names.end()) {
            doubled_name = name_begin;
            error = boost::json::make_error_code(boost::json::error::syntax);
            return false;
        }
        names.push_back(std::exchange(name_begin, {}));
        return true;
    }

    bool on_string_part(string_view part, std::size_t, error_code&)
    {
        stack.push_chars(part);
        return true;
    }
    bool on_string(string_view part, std::size_t, error_code& error)
    {
        stack.push_string(part);
        return count(error);
    }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t value, string_view, error_code& error)
    {
        stack.push_int64(value);
        return count(error);
    }
    bool on_uint64(std::uint64_t value, string_view, error_code& error)
    {
        stack.push_uint64(value);
        return count(error);
    }
    bool on_double(double value, string_view, error_code& error)
    {
        stack.push_double(value);
        return count(error);
    }
    bool on_bool(bool value, error_code& error)
    {
        stack.push_bool(value);
        return count(error);
    }
    bool on_null(error_code& error)
    {
        stack.push_null();
        return count(error);
    }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

    bool count(error_code& error)
    {
        if (++values > max_value_count) {
            error = boost::json::make_error_code(boost::json::error::array_too_large);
            return false;
        }
        return true;
    }

    boost::json::value_stack stack;
    std::size_t values = 0;
    std::string name_begin;                         // of the member's name that is being read
    std::vector<std::string> names;                 // of the open objects' members so far, outermost first
    std::vector<std::size_t> first_name_of_object;  // by open object: where in `names` its own begin
    std::string doubled_name;
};

}  // namespace

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t max_size)
{
    if (text.size() > max_size) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("message of {} bytes: at most {} are read", text.size(), max_size));
    }
    boost::json::parse_options options;
    options.max_depth = max_depth;
    boost::json::basic_parser<Builder> parser(
        options, boost::json::make_shared_resource<boost::json::monotonic_resource>());
    error_code error;
    const auto used = parser.write_some(false, text.data(), text.size(), error);
    if (!parser.handler().doubled_name.empty()) {
        return fail(ErrorCode::invalid_input,
                    fmt::format("message: member \"{}\" stands there twice", parser.handler().doubled_name));
    }
    if (!error && used < text.size()) {
        error = boost::json::make_error_code(boost::json::error::extra_data);
    }
    if (error) {
        return fail(ErrorCode::invalid_input, fmt::format("message: byte {}: {}", used, error.message()));
    }
    return JsonDocument(Owned(new boost::json::value(parser.handler().stack.release())));
}

void JsonDocument::Delete::operator()(boost::json::value* value) const { delete value; }

}  // namespace lanspread::wire
