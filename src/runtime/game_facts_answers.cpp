// What others are told about games, when they ask.

#include <chrono>

#include "async/offload.h"
#include "runtime/game_facts.h"
#include "wire/codec.h"

namespace lanspread::runtime {

namespace {

constexpr std::chrono::seconds write_patience{20};

/// Pictures that are in memory for others at once, and for one of them: a peer that reads slowly keeps nobody
/// else from them.
constexpr std::size_t max_pictures = 8;
constexpr std::size_t max_pictures_of_peer = 2;

/// One of the pictures that may be in memory at once.
class Picture {
public:
    Picture(std::multiset<PeerId>& all, const PeerId& peer, Signal& is_gone)
        : all_(all), place_(all.insert(peer)), is_gone_(is_gone)
    {
    }
    ~Picture()
    {
        all_.erase(place_);
        is_gone_.notify_all();
    }
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;

private:
    std::multiset<PeerId>& all_;
    std::multiset<PeerId>::iterator place_;
    Signal& is_gone_;
};

Task<void> write(transport::Stream stream, Result<Bytes> bytes)
{
    const auto deadline = Clock::now() + write_patience;
    if (!bytes) {
        if (const auto text = wire::encode(wire::to_failure(bytes.error()))) {
            (void)co_await stream.write_frame(*text, deadline, transport::Stream::Then::finish);
        }
        co_return;
    }
    const auto head = wire::encode(wire::Data{bytes->size()});
    const auto written = head ? co_await stream.write_frame(*head, deadline) : fail(head.error());
    if (written) {
        (void)co_await stream.write(*std::move(bytes), deadline, transport::Stream::Then::finish);
    }
}

}  // namespace

Task<void> GameFacts::tell(PeerId peer, transport::Stream stream, party::FactsRequest request)
{
    if (const auto* facts = std::get_if<wire::GetFacts>(&request)) {
        const auto* text = own_.told(facts->facts);
        const auto bytes = as_bytes(text == nullptr ? std::string_view() : *text);
        co_await write(std::move(stream), text == nullptr
                                              ? fail(ErrorCode::not_found, "those facts are not told here")
                                              : Result<Bytes>(Bytes(bytes.begin(), bytes.end())));
        co_return;
    }
    while (pictures_.size() >= max_pictures || pictures_.count(peer) >= max_pictures_of_peer) {
        co_await picture_is_gone_.wait();
    }
    const Picture picture(pictures_, peer, picture_is_gone_);
    const auto place = own_.told_cover(std::get<wire::GetCover>(request).cover);
    if (!place) {
        co_await write(std::move(stream), fail(ErrorCode::not_found, "that picture is not here"));
        co_return;
    }
    auto bytes = co_await offload(environment_.disk_pool, [place = *place] { return read_cover(place); });
    co_await write(std::move(stream), std::move(bytes));
}

}  // namespace lanspread::runtime
