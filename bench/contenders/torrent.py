"""Torrents of games, for the contenders that speak BitTorrent."""
from pathlib import Path

from games import Game

PORT = 6881  # of every BitTorrent program in the lab; each has a host of its own


def make_torrent(game: Game, target: Path, tracker: str | None = None) -> int:
    """Writes a version 1 torrent with the piece size that libtorrent chooses, and gives the number of pieces."""
    # Debian's python3-libtorrent; here, so that lanspread alone can be measured without it.
    import libtorrent

    files = libtorrent.file_storage()
    for path, size in game.files.items():
        files.add_file(f"{game.name}/{path}", size)
    torrent = libtorrent.create_torrent(files, 0, libtorrent.create_torrent.v1_only)
    if tracker:
        torrent.add_tracker(tracker)
    libtorrent.set_piece_hashes(torrent, str(game.root.parent))
    target.write_bytes(libtorrent.bencode(torrent.generate()))
    return files.num_pieces()
