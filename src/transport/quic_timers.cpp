#include "transport/quic_connection.h"

namespace lanspread::transport {

namespace {

using namespace std::chrono_literals;

/// Acknowledgements that stay away this often in a row mean that packets of this size do not arrive.
constexpr std::size_t black_hole_timeouts = 3;
/// How late a timer may be. Setting one costs a system call, a tenth of a sender's time where each batch sets
/// it anew; and while data flows, it is the acknowledgements that drive the sending.
constexpr auto timer_slack = 300us;
/// Long enough for a packet of the peer that was on its way, and for our probes (RFC 9002 §6.2.4) to be
/// answered.
constexpr auto refusal_counts_after = 1s;
/// What was still on the way when the peer was killed arrives after the first refusals, and hosts answer no
/// more than about once a second. So whoever was refused is asked more often for a while.
constexpr auto suspect_keep_alive = 250ms;
constexpr auto suspicion_lasts = 3s;

}  // namespace

void QuicConnection::set_timer(TimePoint now)
{
    const auto expiry = ngtcp2_conn_get_expiry(connection_);
    auto due = expiry == UINT64_MAX ? TimePoint::max() : TimePoint(std::chrono::nanoseconds(expiry));
    if (established_) {
        due = std::min(due, path_mtu_.next_probe());
    }
    if (refused_at_) {
        due = std::min(due, *refused_at_ + refusal_counts_after);
    }
    const auto wanted = due == TimePoint::max() ? due : std::max(due, now) + timer_slack;
    if (timer_set_for_ && *timer_set_for_ <= wanted) {
        return;  // it fires soon enough, and looks again then
    }
    timer_set_for_ = wanted;
    timer_.expires_at(wanted);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self) {
            self->timer_set_for_.reset();
            self->on_timer();
        }
    });
}

void QuicConnection::on_timer()
{
    if (closed_) {
        return;
    }
    const auto now = Clock::now();
    if (refused_at_ && now >= *refused_at_ + refusal_counts_after) {
        end({ErrorCode::unavailable,
             established_ ? "the peer's program has ended" : "no program answers at that address"});
        return;
    }
    if (suspected_until_ && now >= *suspected_until_ && !refused_at_) {
        suspected_until_.reset();
        ngtcp2_conn_set_keep_alive_timeout(connection_, nanoseconds(keep_alive));
    }
    if (ngtcp2_conn_get_expiry(connection_) <= to_timestamp(now)) {
        const int code = ngtcp2_conn_handle_expiry(connection_, to_timestamp(now));
        if (code == NGTCP2_ERR_IDLE_CLOSE) {
            end({ErrorCode::unavailable, "nothing was heard of the peer any more"});
            return;
        }
        if (code != 0) {
            const Error error{ErrorCode::timed_out,
                              code == NGTCP2_ERR_HANDSHAKE_TIMEOUT
                                  ? "nobody answered"
                                  : fmt::format("the connection broke: {}", ngtcp2_strerror(code))};
            send_close(code, error);
            end(error);
            return;
        }
        ngtcp2_conn_stat stat{};
        ngtcp2_conn_get_conn_stat(connection_, &stat);
        if (stat.pto_count >= black_hole_timeouts && path_mtu_.current() > PathMtu::base) {
            path_mtu_.on_black_hole(now);
        }
    }
    update_shared_stats();
    write(now);
}

void QuicConnection::on_refusal(const Refusal& refusal, TimePoint now)
{
    const auto* current = ngtcp2_conn_get_dcid(connection_);
    ngtcp2_version_cid quoted{};
    if (closed_ || refused_at_ || refusal.quoted.empty() ||
        ngtcp2_pkt_decode_version_cid(&quoted, refusal.quoted.data(), refusal.quoted.size(),
                                      current->datalen) != 0 ||
        !std::ranges::equal(std::span(quoted.dcid, quoted.dcidlen),
                            std::span(current->data, current->datalen))) {
        return;
    }
    refused_at_ = now;
    suspected_until_ = now + suspicion_lasts;
    ngtcp2_conn_set_keep_alive_timeout(connection_, nanoseconds(suspect_keep_alive));
    set_timer(now);
}

}  // namespace lanspread::transport
