#include "sim/scenario.h"

#include <algorithm>

namespace lanspread::sim {

namespace {

struct Option {
    std::string_view name;
    void (*set)(SimulationOptions&, double);
};

template <class Span>
void set_span(Span& span, double milliseconds)
{
    span = std::chrono::duration_cast<Span>(std::chrono::duration<double, std::milli>(milliseconds));
}

template <class Number>
void set_number(Number& number, double value)
{
    number = static_cast<Number>(value);
}

using Options = SimulationOptions;

constexpr Option known_options[] = {
    {"latency", [](Options& o, double v) { set_span(o.latency, v); }},
    {"handling", [](Options& o, double v) { set_span(o.handling, v); }},
    {"announcing", [](Options& o, double v) { set_span(o.announcing, v); }},
    {"notice", [](Options& o, double v) { set_span(o.notice, v); }},
    {"tick", [](Options& o, double v) { set_span(o.tick, v); }},
    {"pondering", [](Options& o, double v) { set_span(o.pondering, v); }},
    {"max_followed", [](Options& o, double v) { set_number(o.max_followed, v); }},
    {"upload.per_peer", [](Options& o, double v) { set_number(o.upload.per_peer, v); }},
    {"upload.in_all", [](Options& o, double v) { set_number(o.upload.in_all, v); }},
    {"upload.at_least", [](Options& o, double v) { set_number(o.upload.at_least, v); }},
    {"upload.ahead", [](Options& o, double v) { set_span(o.upload.ahead, v); }},
    {"upload.assumed_rate", [](Options& o, double v) { set_number(o.upload.assumed_rate, v); }},
    {"max_bytes_in_flight", [](Options& o, double v) { set_number(o.scheduler.max_bytes_in_flight, v); }},
    {"elsewhere_pause", [](Options& o, double v) { set_span(o.scheduler.elsewhere_pause, v); }},
    {"pace.window", [](Options& o, double v) { set_span(o.scheduler.pace.window, v); }},
    {"pace.min_requests", [](Options& o, double v) { set_number(o.scheduler.pace.min_requests, v); }},
    {"pace.max_requests", [](Options& o, double v) { set_number(o.scheduler.pace.max_requests, v); }},
    {"pace.assumed_rate", [](Options& o, double v) { set_number(o.scheduler.pace.assumed_rate, v); }},
    {"pace.min_patience", [](Options& o, double v) { set_span(o.scheduler.pace.min_patience, v); }},
};

}  // namespace

bool set_option(SimulationOptions& options, std::string_view name, double value)
{
    const auto found = std::ranges::find(known_options, name, &Option::name);
    if (found == std::end(known_options)) {
        return false;
    }
    found->set(options, value);
    return true;
}

std::vector<std::string_view> option_names()
{
    std::vector<std::string_view> names;
    for (const auto& option : known_options) {
        names.push_back(option.name);
    }
    return names;
}

}  // namespace lanspread::sim
