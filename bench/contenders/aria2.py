"""aria2 with BitTorrent. It cannot be told peers: a tracker on a host of its own tells them."""
import base64
import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

import trees
from contenders.program import Contender, Program
from contenders.torrent import PORT, make_torrent
from games import Game
from party import Party, Pc
from peer import wait_for

RPC_PORT = 6800
TRACKER_PORT = 6969
OPTIONS = ("--quiet", "--no-conf", "--enable-dht=false", "--enable-dht6=false", "--disable-ipv6=true",
           "--bt-enable-lpd=false", "--seed-ratio=0.0", "--file-allocation=none", f"--listen-port={PORT}",
           "--enable-rpc=true", f"--rpc-listen-port={RPC_PORT}")


class Aria2Program(Program):
    """aria2c, idle until it is given a torrent over its RPC."""

    def __init__(self, pc: Pc, game: Game | None, torrent: Path | None, *options: str):
        super().__init__(pc, pc.folder / game.name if game else None)
        self._torrent = torrent
        self._download = ""
        self._mark = pc.folder / "finished"
        hook = pc.folder / "hook.sh"
        hook.write_text(f"#!/bin/sh\ntouch {self._mark}\n")
        hook.chmod(0o755)
        self._process = pc.host.popen("aria2c", *OPTIONS, f"--dir={pc.folder}", f"--on-bt-download-complete={hook}",
                                      *options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def process_id(self) -> int:
        return self._process.pid

    def is_up(self) -> bool:
        assert self._process.poll() is None, f"aria2c on {self.pc.name} ended with {self._process.returncode}"
        try:
            self.ask("getVersion")
        except OSError:
            return False
        return True

    def begin(self) -> None:
        self._download = self.ask("addTorrent", base64.b64encode(self._torrent.read_bytes()).decode())

    def finished(self) -> float | None:
        try:
            written = self._mark.stat().st_mtime
        except FileNotFoundError:
            return None
        return time.monotonic() - (time.time() - written)

    def progress(self) -> float:
        status = self._status()
        return int(status["completedLength"]) / max(1, int(status["totalLength"]))

    def pieces(self) -> int:
        return int(self._status().get("bitfield") or "0", 16)

    def bytes_served(self) -> int | None:
        return sum(int(status["uploadLength"]) for status in self.ask("tellActive", ["uploadLength"]))

    def _status(self) -> dict:
        if not self._download:
            self._download = self.ask("tellActive", ["gid"])[0]["gid"]
        return self.ask("tellStatus", self._download, ["completedLength", "totalLength", "bitfield"])

    def ask(self, method: str, *parameters):
        """JSON-RPC: the result of a method of aria2."""
        connection = http.client.HTTPConnection("127.0.0.1", RPC_PORT)
        connection.sock = self.pc.host.connect(RPC_PORT)
        try:
            connection.request("POST", "/jsonrpc", json.dumps(
                {"jsonrpc": "2.0", "id": 1, "method": f"aria2.{method}", "params": parameters}))
            return json.loads(connection.getresponse().read())["result"]
        finally:
            connection.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Aria2(Contender):
    name = "aria2"
    note = "BitTorrent over TCP, piece size by libtorrent, a tracker that knows all from the start"

    def __init__(self, games: list[Game], party: Party):
        super().__init__(games, party)
        tracker = party.lan.host("tracker")
        addresses = [pc.host.address for pc in party.pcs]
        self._tracker = tracker.popen(sys.executable, "-B", str(Path(__file__).with_name("tracker.py")),
                                      str(TRACKER_PORT), *addresses)
        self._torrents = {}
        for game in games:
            self._torrents[game] = party.folder / f"{game.name}.torrent"
            make_torrent(game, self._torrents[game], f"http://{tracker.address}:{TRACKER_PORT}/announce")
        wait_for(lambda: _listens(tracker), 10, "the tracker listens")

    def source(self, pc: Pc) -> Aria2Program:
        for game in self.games:
            trees.copy_game(game.root, pc.folder)
        return Aria2Program(pc, None, None, "--check-integrity=false", "--bt-seed-unverified=true",
                            *map(str, self._torrents.values()))

    def downloader(self, pc: Pc, game: Game) -> Aria2Program:
        return Aria2Program(pc, game, self._torrents[game])

    def wait_until_ready(self, sources: list[Program], downloaders: list[Program]) -> None:
        for program in sources + downloaders:
            wait_for(program.is_up, 20, f"aria2c answers on {program.pc.name}")
        for source in sources:
            wait_for(lambda s=source: len(s.ask("tellActive", ["gid"])) == len(self.games), 20, "the source has it all")

    def close(self) -> None:
        self._tracker.kill()
        self._tracker.wait()


def _listens(tracker) -> bool:
    try:
        tracker.connect(TRACKER_PORT).close()
    except OSError:
        return False
    return True
