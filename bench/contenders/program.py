"""What the bench needs to know about a program that distributes games."""
from abc import ABC, abstractmethod
from pathlib import Path

from cpu import cpu_of_process
from games import Game
from party import Party, Pc


class Program(ABC):
    """One running program on one PC. Who made it ends it, with end() or kill()."""

    # Of time.monotonic(); the race sets the first.
    begun: float | None = None
    ended: float | None = None

    def __init__(self, pc: Pc, tree: Path | None):
        """`tree` is where a downloader's game is once it is complete."""
        self.pc = pc
        self.tree = tree
        self.cpu_before = 0.0

    @abstractmethod
    def process_id(self) -> int:
        """The process that does the work, for its CPU time."""

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL."""

    def end(self) -> None:
        """Ends it, in order where that matters; nothing where it has ended."""
        self.kill()

    def begin(self) -> None:
        """Tells a downloader, which is up, to fetch. Returns at once."""
        raise NotImplementedError

    def finished(self) -> float | None:
        """When (time.monotonic()) a downloader said that its game is complete; None before. Is asked often."""
        raise NotImplementedError

    def progress(self) -> float:
        """The part of its game that a downloader has, from 0 to 1."""
        raise NotImplementedError

    def describe(self) -> str:
        """How far a downloader has come, for a message about one that is late."""
        return f"{self.progress():.0%}"

    def pieces(self) -> int:
        """A bit for each piece of the (only) game that is here."""
        raise NotImplementedError

    def bytes_served(self) -> int | None:
        """Bytes of games that it sent to others; None where it does not tell."""
        return None

    def cpu(self) -> float:
        """CPU seconds since the last reset_cpu()."""
        return cpu_of_process(self.process_id()) - self.cpu_before

    def reset_cpu(self) -> None:
        self.cpu_before = 0.0
        self.cpu_before = self.cpu()


class Contender(ABC):
    """A kind of program. One object for a measurement."""

    name = ""
    note = ""  # how it is set, for the reader of the table

    def __init__(self, games: list[Game], party: Party):
        self.games = games
        self.party = party

    @abstractmethod
    def source(self, pc: Pc) -> Program:
        """Starts a program that has all games; returns when it can serve them, or begins to get ready."""

    @abstractmethod
    def downloader(self, pc: Pc, game: Game) -> Program:
        """Starts a program that will fetch one game when it is told."""

    def wait_until_ready(self, sources: list[Program], downloaders: list[Program]) -> None:
        """Returns when all programs serve, and know each other as far as they can before they are told to fetch."""

    def everything_is_out(self, sources: list[Program], downloaders: list[Program]) -> bool:
        """Is each piece of the (only) game at one downloader or more?"""
        together = 0
        for downloader in downloaders:
            together |= downloader.pieces()
        return together == sources[0].pieces()

    def close(self) -> None:
        """Ends what was started beside the programs."""
