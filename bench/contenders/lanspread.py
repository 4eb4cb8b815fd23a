"""lanspread: `get --wait`, told to peers that run and have found each other."""
import subprocess
import time
from pathlib import Path

import control
import trees
from contenders.program import Contender, Program
from extents import cover, written
from games import Game
from party import Pc
from peer import Peer, wait_for


class LanspreadPeer(Program):
    """A peer. Questions go straight to its control socket: a command for each would cost more than the answer."""

    def __init__(self, pc: Pc, game: Game | None):
        self.peer = Peer(pc.folder.parent, pc.name, pc.host)
        self.peer.log_level = "warning"
        super().__init__(pc, self.peer.games_folder / game.name if game else None)
        self.game = game
        self._get: subprocess.Popen | None = None

    def process_id(self) -> int:
        return self.peer.process.pid

    def begin(self) -> None:
        self._get = subprocess.Popen(self.peer.command("get", self.game.name, "--wait"), stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def finished(self) -> float | None:
        code = self._get.poll()
        if code is None:
            return None
        assert code == 0, f"get --wait ended with {code}: {self.download()}\n{self.peer.log_tail()}"
        return time.monotonic()

    def progress(self) -> float:
        download = self.download()
        return download["bytes_done"] / download["bytes_total"] if download and download["bytes_total"] else 0.0

    def places(self) -> list[Path]:
        """Where its files are: below the partial download, or in the finished game (docs/disk-layout.md)."""
        return [*self.tree.glob(".lanspread/download/*/files"), self.tree]

    def describe(self) -> str:
        download = self.download()
        if download is None:
            return "no download"
        return f"{self.progress():.0%} {download['state']} {download['reason']}".strip()

    def bytes_served(self) -> int | None:
        return self.ask({"type": "GetStatus"}).get("bytes_served")

    def download(self) -> dict | None:
        downloads = self.ask({"type": "GetGame", "game": self.game.name})["downloads"]
        return downloads[0] if downloads else None

    def ask(self, command: dict) -> dict:
        return control.ask(self.peer.ready["api"], command)

    def kill(self) -> None:
        self.peer.kill()

    def end(self) -> None:
        if self._get and self._get.poll() is None:
            self._get.kill()
            self._get.wait()
        self.peer.end()


class Lanspread(Contender):
    name = "lanspread"
    note = "as it comes"

    def source(self, pc: Pc) -> LanspreadPeer:
        made = LanspreadPeer(pc, None)
        for game in self.games:
            trees.copy_game(game.root, made.peer.games_folder)
        made.peer.start()
        return made

    def downloader(self, pc: Pc, game: Game) -> LanspreadPeer:
        made = LanspreadPeer(pc, game)
        made.peer.start()
        return made

    def wait_until_ready(self, sources: list[Program], downloaders: list[Program]) -> None:
        for source in sources:
            for game in self.games:
                wait_for(lambda s=source, g=game: s.peer.has(g.name), 300, f"{source.pc.name} has hashed {game.name}")
        others = len(sources) + len(downloaders) - 1
        for program in downloaders:
            wait_for(lambda p=program: p.ask({"type": "GetStatus"})["peers"] >= others, 30,
                     f"{program.pc.name} has found the others")
            wait_for(lambda p=program: p.peer.sees(p.game.name, len(sources)), 60, f"{program.pc.name} sees the game")

    def everything_is_out(self, sources: list[Program], downloaders: list[Program]) -> bool:
        """Looks at the disks, for a peer writes only what it has verified."""
        return all(cover([extent for program in downloaders for place in program.places() for extent in written(place / path)],
                         size)
                   for path, size in self.games[0].files.items())
