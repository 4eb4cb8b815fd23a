"""libtorrent-rasterbar, set for a LAN as far as its settings go (libtorrent_peer.py)."""
import json
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import trees
from contenders.program import Contender, Program
from contenders.torrent import make_torrent
from games import Game
from party import Party, Pc
from peer import wait_for


class LibtorrentPeer(Program):
    """A libtorrent_peer.py, which is asked over its standard input."""

    def __init__(self, pc: Pc, game: Game | None, torrent: Path, peers: list[str]):
        super().__init__(pc, pc.folder / game.name if game else None)
        role = "downloader" if game else "source"
        self._answers: queue.Queue[str] = queue.Queue()
        self._finished: float | None = None
        command = pc.host.command(sys.executable, "-B", str(Path(__file__).with_name("libtorrent_peer.py")), str(torrent),
                                  str(pc.folder), pc.host.address, role, *peers)
        with (pc.folder / "log.txt").open("w") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout:
            if line.strip() == "finished":
                self._finished = time.monotonic()
            else:
                self._answers.put(line)

    def process_id(self) -> int:
        return self._process.pid

    def begin(self) -> None:
        self._say("begin")

    def finished(self) -> float | None:
        return self._finished

    def progress(self) -> float:
        return self.ask()["progress"]

    def pieces(self) -> int:
        return int(self.ask()["pieces"] or "0", 2)

    def bytes_served(self) -> int | None:
        return self.ask()["served"]

    def ask(self) -> dict:
        self._say("state")
        return json.loads(self._answers.get(timeout=30))

    def _say(self, line: str) -> None:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Libtorrent(Contender):
    name = "libtorrent"
    note = "BitTorrent over TCP, nobody choked, all connected before the start"

    def __init__(self, games: list[Game], party: Party):
        super().__init__(games, party)
        assert len(games) == 1, "libtorrent_peer.py has one torrent"
        self._game = games[0]
        self._torrent = party.folder / "game.torrent"
        make_torrent(self._game, self._torrent)
        self._started: list[str] = []

    def source(self, pc: Pc) -> LibtorrentPeer:
        trees.copy_game(self._game.root, pc.folder)
        return self._start(pc, None)

    def downloader(self, pc: Pc, game: Game) -> LibtorrentPeer:
        return self._start(pc, game)

    def _start(self, pc: Pc, game: Game | None) -> LibtorrentPeer:
        """Each pair connects once: the later to the earlier."""
        made = LibtorrentPeer(pc, game, self._torrent, self._started)
        wait_for(lambda: made.ask() is not None, 20, f"libtorrent answers on {pc.name}")
        self._started.append(pc.host.address)
        return made

    def wait_until_ready(self, sources: list[Program], downloaders: list[Program]) -> None:
        for program in downloaders:
            wait_for(lambda p=program: p.ask()["peers"] >= len(downloaders) - 1 + len(sources), 30,
                     f"{program.pc.name} has met the others")
