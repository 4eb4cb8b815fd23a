#include "async/context_end.h"

#include <boost/asio/execution_context.hpp>

namespace lanspread {

namespace {

/// Asio shuts services down in the reverse order of their making, and the queue from which coroutines are
/// destroyed is the first that each context makes: so this one always hears of the end before.
class EndService : public asio::execution_context::service {
public:
    using key_type = EndService;
    static inline asio::execution_context::id id;

    explicit EndService(asio::execution_context& context) : service(context) {}

    const std::shared_ptr<bool> has_come = std::make_shared<bool>(false);

private:
    void shutdown() override { *has_come = true; }
};

}  // namespace

ContextEnd::ContextEnd(const Executor& executor)
    : has_come_(asio::use_service<EndService>(asio::query(executor, asio::execution::context)).has_come)
{
}

}  // namespace lanspread
