"""libtorrent_peer.py TORRENT FOLDER ADDRESS source|downloader [PEER...]: one libtorrent peer, set for a LAN.

A downloader connects to its peers at once, and fetches when it reads `begin` on standard input. Any other line is answered
by a line of JSON with its state; the line `finished` comes by itself.
"""
import json
import sys
import threading

import libtorrent

PORT = 6881
# A LAN of friends: TCP, nobody is choked, deep queues, no encryption, and connections are kept while nothing is asked.
SETTINGS = {
    "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
    "enable_incoming_utp": False, "enable_outgoing_utp": False, "in_enc_policy": 2, "out_enc_policy": 2,
    "unchoke_slots_limit": -1, "connections_limit": 500, "connection_speed": 500, "min_reconnect_time": 1,
    "close_redundant_connections": False, "peer_turnover": 0, "initial_picker_threshold": 0,
    "max_out_request_queue": 2000, "max_allowed_in_request_queue": 4000, "request_queue_time": 1,
    "send_buffer_watermark": 4 << 20, "send_buffer_low_watermark": 256 << 10, "max_queued_disk_bytes": 64 << 20,
    "rate_limit_ip_overhead": False, "aio_threads": 4, "hashing_threads": 2, "file_pool_size": 500,
}


def add(session: libtorrent.session, torrent: str, folder: str, is_source: bool) -> libtorrent.torrent_handle:
    """In upload mode a downloader meets its peers and asks for nothing."""
    parameters = libtorrent.add_torrent_params()
    parameters.ti = libtorrent.torrent_info(torrent)
    parameters.save_path = folder
    flags = libtorrent.torrent_flags
    parameters.flags &= ~(flags.auto_managed | flags.paused)
    parameters.flags |= flags.seed_mode if is_source else flags.upload_mode
    return session.add_torrent(parameters)


def state(handle: libtorrent.torrent_handle) -> dict:
    status = handle.status()
    pieces = "".join("1" if piece else "0" for piece in status.pieces)
    return {"progress": status.progress, "pieces": pieces, "served": status.total_payload_upload, "peers": status.num_peers}


def answer(handle: libtorrent.torrent_handle) -> None:
    for line in sys.stdin:
        if line.strip() == "begin":
            handle.unset_flags(libtorrent.torrent_flags.upload_mode)
        else:
            print(json.dumps(state(handle)), flush=True)


def main() -> None:
    torrent, folder, address, role, *peers = sys.argv[1:]
    alerts = libtorrent.alert.category_t
    session = libtorrent.session(SETTINGS | {"listen_interfaces": f"{address}:{PORT}",
                                             "alert_mask": alerts.status_notification | alerts.error_notification})
    handle = add(session, torrent, folder, role == "source")
    for peer in peers:
        handle.connect_peer((peer, PORT))
    threading.Thread(target=answer, args=(handle,), daemon=True).start()
    while True:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if isinstance(alert, libtorrent.torrent_finished_alert):
                print("finished", flush=True)
            elif alert.category() & alerts.error_notification:
                print(alert.message(), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
