"""One measurement: programs of one kind fetch a game over one party, and all that can be said about it afterwards."""
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import mean, median

import trees
from contenders.program import Contender, Program
from cpu import cpu_of_machine
from games import Game
from machine import show_progress
from party import Party

# Between two looks at who is done, in seconds, and between two questions to a program, which cost it something.
LOOK = 0.02
ASK = 0.25


@dataclass
class Result:
    """Seconds are those since the first was told, bytes and CPU seconds those of the race."""

    limit: float  # seconds that the links need for the bytes alone
    finished: list[float] = field(default_factory=list)  # sorted
    served: int | None = None  # bytes of the game that the sources sent; None where they do not tell
    wire: int = 0  # bytes that left the sources' cards, with all headers
    source_cpu: float = 0.0  # mean
    downloader_cpu: float = 0.0  # mean
    busy: float = 0.0  # the part of this machine's cores that was at work, with whatever else ran on it
    own: dict[str, float] = field(default_factory=dict)  # for each PC, from when it was told

    @property
    def first(self) -> float:
        return self.finished[0] / self.limit

    @property
    def median(self) -> float:
        return median(self.finished) / self.limit

    @property
    def last(self) -> float:
        return self.finished[-1] / self.limit


class Race:
    """`with` starts the programs and waits until they know each other; the end ends them."""

    def __init__(self, kind: type[Contender], party: Party, games: list[Game], limit: float, title: str):
        """Downloader n fetches game n; there is one game for all, or one for each. `limit` in seconds."""
        self.party = party
        self.games = games
        self.limit = limit
        self.title = title
        self.sources: list[Program] = []
        self.downloaders: list[Program] = []
        self.start: float | None = None
        self._kind = kind
        self._contender: Contender | None = None
        self._dead: dict[Program, float] = {}  # CPU seconds
        self._shown = ""
        self._wire_before = 0
        self._served_dead: int | None = 0
        self._machine_before = 0.0

    def __enter__(self) -> "Race":
        self._show("getting ready")
        try:
            self._contender = self._kind(self.games, self.party)
            for pc in self.party.sources:
                self.sources.append(self._contender.source(pc))
            for index, pc in enumerate(self.party.downloaders):
                self.downloaders.append(self._contender.downloader(pc, self._game_of(index)))
            self._contender.wait_until_ready(self.sources, self.downloaders)
        except BaseException:
            self.__exit__()
            raise
        self._wire_before = self._wire()
        for program in self.sources + self.downloaders:
            program.reset_cpu()
        self._machine_before = cpu_of_machine()
        return self

    def __exit__(self, *_) -> None:
        """Also of those that come after one which does not end as it should."""
        show_progress("")
        with ExitStack() as endings:
            if self._contender:
                endings.callback(self._contender.close)
            for program in self.sources + self.downloaders:
                if program not in self._dead:
                    endings.callback(program.end)

    def _game_of(self, index: int) -> Game:
        return self.games[index % len(self.games)]

    def _wire(self) -> int:
        return sum(pc.host.wire_bytes_sent() for pc in self.party.sources)

    def begin(self, downloaders: list[Program]) -> None:
        """Tells them to fetch, one right after the other. The first time is the start of the race."""
        for program in downloaders:
            program.begun = time.monotonic()
            self.start = self.start or program.begun
            program.begin()

    def seconds(self) -> float:
        return time.monotonic() - self.start

    def run_until(self, condition: Callable[[], bool]) -> None:
        """Goes on until that is true, and fails where it has not become so after a multiple of the limit."""
        while not condition():
            next_question = time.monotonic() + ASK
            while time.monotonic() < next_question:
                self._look()

    def run_to_the_end(self, downloaders: list[Program]) -> None:
        """Goes on until these are done."""
        while not all(program.ended for program in downloaders):
            self._look()

    def _look(self) -> None:
        """Sees who is done, and waits a moment."""
        running = [program for program in self.downloaders if program.begun and not program.ended]
        for program in running:
            program.ended = program.finished()
        done = sum(program.ended is not None for program in self.downloaders)
        if self.seconds() > 4 * self.limit + 60:
            late = ", ".join(f"{program.pc.name} {program.describe()}" for program in running)
            raise AssertionError(f"{done} done after {self.seconds():.0f} s; not: {late}")
        self._show(f"{self.seconds():.0f} s (limit {self.limit:.0f} s), {done} done")
        time.sleep(LOOK)

    def _show(self, text: str) -> None:
        if text != self._shown:
            self._shown = text
            show_progress(f"{self.title}: {text}")

    def kill(self, program: Program) -> None:
        """SIGKILL; what it had done until then still counts."""
        self._dead[program] = program.cpu()
        served = program.bytes_served()
        self._served_dead = None if served is None else self._served_dead + served
        program.kill()

    def is_spread(self) -> bool:
        """Is every piece at one of the downloaders at least?"""
        return self._contender.everything_is_out(self.sources, self.downloaders)

    def result(self, downloaders: list[Program]) -> Result:
        """For these, which are done. Compares their trees with the game, outside of the time."""
        result = Result(self.limit, sorted(program.ended - self.start for program in downloaders))
        result.busy = (cpu_of_machine() - self._machine_before) / (self.seconds() * os.cpu_count())
        alive = [program.bytes_served() for program in self.sources if program not in self._dead]
        if None not in alive and self._served_dead is not None:
            result.served = sum(alive) + self._served_dead
        result.wire = self._wire() - self._wire_before
        result.source_cpu = mean(self._cpu(program) for program in self.sources)
        result.downloader_cpu = mean(self._cpu(program) for program in downloaders)
        result.own = {program.pc.name: program.ended - program.begun for program in downloaders}
        for program in downloaders:
            game = self._game_of(self.downloaders.index(program))
            found = trees.differences(game.root, program.tree)
            assert not found, f"{program.pc.name} has another tree: {found[:3]}"
        return result

    def _cpu(self, program: Program) -> float:
        return self._dead[program] if program in self._dead else program.cpu()
