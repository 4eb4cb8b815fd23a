#include "party/greeting.h"

#include <chrono>
#include <optional>

#include "async/task_group.h"
#include "party/exchange.h"
#include "party/hello.h"
#include "wire/codec.h"

namespace lanspread::party {

namespace {

constexpr std::chrono::seconds patience{10};
/// For a refusal to get through before the connection is closed.
constexpr std::chrono::seconds refusal_patience{1};

class Exchange {
public:
    Exchange(Executor executor, transport::SharedConnection connection, wire::Hello ours, Judge judge)
        : connection_(std::move(connection)),
          ours_(std::move(ours)),
          judge_(std::move(judge)),
          deadline_(Clock::now() + patience),
          group_(std::move(executor), {})
    {
    }

    Task<Result<Greeting>> run()
    {
        group_.spawn(talk());
        group_.spawn(watch());
        co_await group_.join();
        if (!theirs_) {
            co_return fail(theirs_.error());
        }
        co_return Greeting{.theirs = std::move(*theirs_),
                           .sent_rev = ours_.library.rev,
                           .our_addresses = std::move(ours_.listen)};
    }

private:
    Task<void> talk()
    {
        theirs_ = connection_->is_outgoing() ? co_await ask() : co_await answer();
        group_.cancel();
    }

    /// A peer that connects and stays silent is shown the door: accept_stream knows no deadline.
    Task<void> watch()
    {
        co_await sleep_until(deadline_);
        connection_->close("no Hello within 10 s");
    }

    Task<Result<wire::Hello>> ask()
    {
        auto request = wire::encode(ours_);
        if (!request) {
            co_return fail(request.error());
        }
        auto answer = co_await exchange(connection_, std::move(*request), deadline_);
        if (!answer) {
            co_return fail(answer.error());
        }
        co_return read_hello(answer->frame, ours_.name, connection_->peer());
    }

    Task<Result<wire::Hello>> answer()
    {
        auto stream = co_await connection_->accept_stream();
        if (!stream) {
            co_return fail(ErrorCode::unavailable, connection_->close_reason());
        }
        const auto frame = co_await stream->read_frame(wire::max_message_size, deadline_);
        if (!frame) {
            co_return fail(frame.error());
        }
        auto hello = read_hello(*frame, ours_.name, connection_->peer());
        if (hello) {
            if (auto judged = judge_(*hello); !judged) {
                hello = fail(std::move(judged).error());
            }
        }
        if (!hello) {
            co_await refuse(std::move(*stream), hello.error());
            co_return hello;
        }
        auto text = wire::encode(ours_);
        if (!text) {
            co_return fail(text.error());
        }
        const auto written =
            co_await stream->write_frame(std::move(*text), deadline_, transport::Stream::Then::finish);
        if (!written) {
            co_return fail(written.error());
        }
        co_return hello;
    }

    Task<void> refuse(transport::Stream stream, Error error)
    {
        const auto deadline = Clock::now() + refusal_patience;
        if (const auto text = wire::encode(wire::to_failure(error))) {
            (void)co_await stream.write_frame(*text, deadline, transport::Stream::Then::finish);
            (void)co_await stream.flushed(deadline);
        }
    }

    transport::SharedConnection connection_;
    wire::Hello ours_;
    Judge judge_;
    TimePoint deadline_;
    Result<wire::Hello> theirs_ = fail(ErrorCode::internal, "no greeting took place");
    TaskGroup group_;
};

}  // namespace

Task<Result<Greeting>> exchange_hellos(transport::SharedConnection connection, wire::Hello ours, Judge judge)
{
    Exchange exchange(co_await asio::this_coro::executor, std::move(connection), std::move(ours),
                      std::move(judge));
    co_return co_await exchange.run();
}

}  // namespace lanspread::party
