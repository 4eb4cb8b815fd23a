"""The games that are fetched: random bytes, which nobody can compress, in files as games have them."""
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import lab
import trees
from machine import write_unpredictable

PAGE = 4096


@dataclass(frozen=True)
class Game:
    """A complete game in a folder that is never changed; sources get copies of it."""

    root: Path

    @property
    def name(self) -> str:
        return self.root.name

    @cached_property
    def files(self) -> dict[str, int]:
        """The size of each file, by its relative path."""
        return {path: file.stat().st_size for path, file in sorted(trees.package_files(self.root).items())}

    @cached_property
    def size(self) -> int:
        return sum(self.files.values())

    @cached_property
    def room(self) -> int:
        """Bytes that it takes in a file system, which are more where files are small."""
        return sum(-(-size // PAGE) * PAGE for size in self.files.values())


class Games:
    """Makes games of about `size` bytes, each once, and keeps them in memory; `with` ends that."""

    def __init__(self, work: Path, size: int):
        self.size = size
        self._folder = work / "games"
        self._made: dict[str, Game] = {}
        lab.mount_memory(self._folder, round(size * 6 / 1e6) + 1000)

    def __enter__(self) -> "Games":
        return self

    def __exit__(self, *_) -> None:
        lab.unmount(self._folder)

    def usual(self) -> Game:
        """One big file, and a hundred that make up a fifth of the bytes."""
        return self._once("usual", self._make, self.size * 4 // 5, 100, self.size // 500)

    def half(self, number: int) -> Game:
        """Like the usual one, with half of the bytes; another one for each number."""
        return self._once(f"half{number}", self._make, self.size * 2 // 5, 100, self.size // 1000)

    def big_file(self) -> Game:
        return self._once("big", self._make, self.size, 0, 0)

    def small_files(self) -> Game:
        """100,000 files of one size."""
        return self._once("small", self._make, 0, 100_000, self.size // 100_000)

    def _once(self, name: str, make, *arguments) -> Game:
        if name not in self._made:
            root = self._folder / name
            make(root, *arguments)
            self._made[name] = Game(trees.finish(root, "20240101"))
        return self._made[name]

    @staticmethod
    def _make(root: Path, big: int, files: int, file_size: int) -> None:
        if big:
            write_unpredictable(root / "game.pak", big)
        for number in range(files):
            write_unpredictable(root / f"folder{number % 200}" / f"file{number}.dat", file_size)
