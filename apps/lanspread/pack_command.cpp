#include "lanspread/pack_command.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/describe/class.hpp>

#include "base/quantity.h"
#include "facts/packing.h"
#include "lanspread/format.h"
#include "platform/paths.h"
#include "wire/codec.h"

namespace lanspread::cli {

/// What --json prints.
struct PackReport {
    std::string id;
    std::string title;
    std::string version;
    std::string path;         ///< the game root
    std::uint32_t files = 0;  ///< of the package, version.ini among them
    std::uint64_t bytes = 0;
    bool changed = true;                ///< false: just this was packed already
    std::vector<std::string> left_out;  ///< of the folder, for the player writes it
};
BOOST_DESCRIBE_STRUCT(PackReport, (), (id, title, version, path, files, bytes, changed, left_out))

namespace {

/// The date in Greenwich, as a version.
std::string today()
{
    using namespace std::chrono;
    const year_month_day date(floor<days>(system_clock::now()));
    return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::optional<std::string> given(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

Result<facts::AddedFile> parse_added(const std::string& text)
{
    const auto sign = text.rfind('=');
    const auto from = platform::to_path(text.substr(0, sign));
    const auto name = sign == std::string::npos ? platform::to_utf8(from.filename()) : text.substr(sign + 1);
    auto path = SafePath::parse(name);
    return path ? Result<facts::AddedFile>({.from = from, .path = *std::move(path)})
                : fail(path.error().in("--add " + text));
}

/// As the shell completes a name.
std::string without_ornaments(std::string path)
{
    while (path.starts_with("./")) {
        path.erase(0, 2);
    }
    while (path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

Result<facts::PackOptions> parse(const PackArguments& arguments)
{
    auto id = GameId::parse(arguments.id);
    if (!id) {
        return fail(id.error().in("--id"));
    }
    facts::PackOptions options{
        .folder = platform::to_path(arguments.folder),
        .games_folder =
            arguments.into.empty() ? platform::default_games_folder() : platform::to_path(arguments.into),
        .id = *std::move(id),
        .today = today(),
        .version = given(arguments.version),
        .title = given(arguments.title),
        .players = given(arguments.players),
        .genre = given(arguments.genre),
        .start = {},
        .keeps = {},
        .cover = arguments.cover.empty() ? std::nullopt : std::optional(platform::to_path(arguments.cover)),
        .added = {},
        .follows_links = arguments.follow_links,
    };
    std::ranges::transform(arguments.keeps, std::back_inserter(options.keeps), without_ornaments);
    const auto add_start = [&](std::string platform, std::string kind, const std::string& command) {
        if (!command.empty()) {
            options.start.push_back(
                {.platform = std::move(platform), .kind = std::move(kind), .command = command});
        }
    };
    add_start("linux", "game", arguments.start);
    add_start("windows", "game", arguments.start_windows);
    add_start("linux", "server", arguments.server);
    for (const auto& text : arguments.added) {
        auto added = parse_added(text);
        if (!added) {
            return fail(std::move(added).error());
        }
        options.added.push_back(*std::move(added));
    }
    return options;
}

std::string left_out_text(const facts::Packed& packed)
{
    std::string text;
    for (const auto& path : packed.left_out) {
        text +=
            printable(fmt::format("Not in the package, for the player writes it (keeps in {}/game.toml): {}",
                                  platform::to_utf8(packed.root), path)) +
            '\n';
    }
    return text;
}

std::string text_of(const facts::Packed& packed, const std::string& id)
{
    const auto path = platform::to_utf8(packed.root);
    if (!packed.is_new) {
        return fmt::format("{} is packed already: {} {}, {}\n", printable(packed.title), id, packed.version,
                           printable(path));
    }
    return fmt::format(
        "{} is packed: {} {}, {}, {}, {}\n{}A peer that runs with this games folder shares it now.\n",
        printable(packed.title), id, packed.version, count_text(packed.files, "file"),
        size_text(packed.bytes), printable(path), left_out_text(packed));
}

}  // namespace

ExitCode pack_folder(const CommonOptions& options, const PackArguments& arguments)
{
    const auto request = parse(arguments);
    const auto packed = request ? facts::pack(*request) : fail(request.error());
    if (!packed) {
        return fail_with(packed.error());
    }
    if (!options.json) {
        print_now(text_of(*packed, arguments.id));
        return ExitCode::done;
    }
    const auto json = wire::encode(PackReport{.id = arguments.id,
                                              .title = packed->title,
                                              .version = packed->version,
                                              .path = platform::to_utf8(packed->root),
                                              .files = packed->files,
                                              .bytes = packed->bytes,
                                              .changed = packed->is_new,
                                              .left_out = packed->left_out});
    if (!json) {
        return fail_with(json.error());
    }
    print_now(*json + "\n");
    return ExitCode::done;
}

}  // namespace lanspread::cli
