#include "lanspread/queue_output.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lanspread/format.h"
#include "lanspread/output.h"

namespace lanspread::cli {

namespace {

std::string left_text(const runtime::Download& download)
{
    return download.eta_seconds < 0 ? "-" : duration_text(download.eta_seconds);
}

std::size_t source_count(const runtime::Download& download)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(download.sources, [](const auto& source) { return source.bytes > 0; }));
}

std::string rate_or_off(std::uint64_t limit)
{
    return limit == 0 ? "off" : rate_text(static_cast<double>(limit));
}

struct SettingRow {
    std::string_view name;
    std::string value;
    std::string_view meaning;
};

std::array<SettingRow, 8> rows_of(const runtime::Settings& settings)
{
    return {{{"upload_limit", rate_or_off(settings.upload_limit), "how fast games are sent to others"},
             {"download_limit", rate_or_off(settings.download_limit),
              "how fast games are fetched, all downloads together"},
             {"upload_limit_while_playing", rate_or_off(settings.upload_limit_while_playing),
              "how fast games are sent while somebody plays here (`lanspread playing`)"},
             {"parallel_downloads", std::to_string(settings.parallel_downloads),
              "how many downloads run at once"},
             {"install_space", settings.install_space ? "on" : "off",
              "fetch a game only if there is room to install it, too"},
             {"speed_tests", settings.speed_tests ? "on" : "off",
              "others may measure how fast this PC sends and receives (`lanspread doctor --speed`)"},
             {"connect", settings.connect.empty() ? "off" : settings.connect,
              "peers to dial at every start, where they are not found by themselves"},
             {"language", settings.language.empty() ? "auto" : settings.language,
              "of texts about games: de, en, fr, or auto: as this PC has it"}}};
}

}  // namespace

std::string queue_text(const std::vector<runtime::Download>& downloads)
{
    if (downloads.empty()) {
        return "Nothing is being fetched. `lanspread get GAME` fetches a game.\n";
    }
    Table table(
        {"POS", "TITLE", "ID", "VERSION", "PRIORITY", "STATE", "DONE", "SIZE", "RATE", "LEFT", "FROM"});
    std::string reasons;
    for (const auto& download : downloads) {
        const bool is_waiting = download.position != 0;
        table.add({is_waiting ? std::to_string(download.position) : "-", download.title, download.game,
                   download.version, is_waiting ? download.priority : "-", in_words(download.state),
                   percent_text(download), download.bytes_total == 0 ? "-" : size_text(download.bytes_total),
                   download.state == "running" ? rate_text(download.bytes_per_second) : "-",
                   left_text(download), count_text(source_count(download), "source")});
        if (!download.reason.empty()) {
            reasons += printable(fmt::format("{}: {}", download.title, download.reason)) + '\n';
        }
    }
    return table.text() + reasons;
}

std::string settings_text(const runtime::Settings& settings, std::string_view name)
{
    Table table({"NAME", "VALUE", "MEANING"});
    for (const auto& row : rows_of(settings)) {
        if (row.name == name) {
            return row.value + '\n';
        }
        table.add({std::string(row.name), row.value, std::string(row.meaning)});
    }
    return name.empty() ? table.text() : std::string();
}

}  // namespace lanspread::cli
