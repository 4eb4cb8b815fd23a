"""curl, which fetches file after file over HTTP: what TCP alone makes of a network. It distributes nothing."""
import os
import subprocess
import sys
import time
from urllib.parse import quote

import trees
from contenders.program import Contender, Program
from games import Game
from party import Pc
from peer import wait_for

PORT = 8000


class HttpServer(Program):
    """Python's own HTTP server, over the games."""

    def __init__(self, pc: Pc):
        super().__init__(pc, None)
        self._process = pc.host.popen(sys.executable, "-m", "http.server", "--directory", str(pc.folder), str(PORT),
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def process_id(self) -> int:
        return self._process.pid

    def is_up(self) -> bool:
        try:
            self.pc.host.connect(PORT).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class CurlProgram(Program):
    """One curl for all files, one after the other."""

    def __init__(self, pc: Pc, game: Game, server: str):
        super().__init__(pc, pc.folder / game.name)
        self._game = game
        self._server = server
        self._process: subprocess.Popen | None = None
        self._cpu = 0.0

    def begin(self) -> None:
        pairs = [argument for path in self._game.files for argument in (
            "--output", str(self.tree / path), f"http://{self._server}:{PORT}/{quote(f'{self._game.name}/{path}')}")]
        self._process = self.pc.host.popen("curl", "--silent", "--fail", "--create-dirs", *pairs)

    def finished(self) -> float | None:
        process, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        if not process:
            return None
        self._process.returncode = os.waitstatus_to_exitcode(status)
        assert self._process.returncode == 0, f"curl ended with {self._process.returncode}"
        self._cpu = usage.ru_utime + usage.ru_stime
        return time.monotonic()

    def process_id(self) -> int:
        return self._process.pid

    def cpu(self) -> float:
        """Of all that it did: it runs for nothing else."""
        return self._cpu

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Curl(Contender):
    name = "curl over HTTP"
    note = "plain TCP, one connection at a time, nothing is encrypted or verified"

    def source(self, pc: Pc) -> HttpServer:
        for game in self.games:
            trees.copy_game(game.root, pc.folder)
        return HttpServer(pc)

    def downloader(self, pc: Pc, game: Game) -> CurlProgram:
        return CurlProgram(pc, game, self.party.sources[0].host.address)

    def wait_until_ready(self, sources: list[Program], downloaders: list[Program]) -> None:
        for source in sources:
            wait_for(source.is_up, 10, "the HTTP server answers")
