#!/usr/bin/python3
"""update.py: a game of which a little has changed: what moves over the wire, beside rsync and zsync in the same run.

See README.md for what is measured and how to read it.
"""
import argparse
import json
import os
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "lan"))

import lab  # noqa: E402
import trees  # noqa: E402
from contenders.updaters import UPDATERS, Updater  # noqa: E402
from isolation import isolate, why_not  # noqa: E402
from machine import available_memory, machine_text, show_progress, write_unpredictable  # noqa: E402
from work_folder import make_work_folder  # noqa: E402

GAME = "bench"
OLD, NEW = "20240101", "20240202"
PAK = "game.pak"
KIB, MIB = 1024, 1024 * 1024
LONG_AGO = 1_700_000_000  # seconds since 1970


@dataclass
class Shape:
    """Two versions of a game, each in a games folder, and how many bytes of the new one are not in the old one."""

    name: str
    old: Path
    new: Path
    differs: int


@dataclass
class Row:
    """One update by one program."""

    shape: str
    contender: str
    differs: int
    wire: int = 0  # bytes that left both cards, with every packet's headers
    seconds: float = 0.0
    error: str = ""
    note: str = ""

    def text(self) -> str:
        if self.error:
            return f"{self.contender:<12} failed: {self.error}"
        ratio = f"{self.wire / self.differs:8.3f}" if self.differs else "       –"
        return f"{self.contender:<12} {self.wire / 1e6:>10.3f} {ratio} {self.seconds:>8.2f}  {self.note}"


class Shapes:
    """Makes the shapes. What is random is the same for the same seed, but for the bytes themselves."""

    def __init__(self, folder: Path, size: int, seed: int):
        self.folder = folder
        self.size = size
        self.random = random.Random(seed)

    def runs(self, length: int, aligned: bool = False) -> Shape:
        """2 % of one large file are other bytes, in runs of `length`."""
        old, new = self._twins(f"runs-{length}-{aligned}")
        count = max(1, self.size // 50 // length)
        stride = self.size // count
        with (new / PAK).open("r+b") as file:
            for number in range(count):
                offset = number * stride + self.random.randrange(max(1, stride - length))
                file.seek(offset // length * length if aligned else offset)
                file.write(os.urandom(length))
        name = f"2 % in runs of {length // KIB} KiB" + (", on their boundaries" if aligned else "")
        return self._finish(name, old, new, count * length)

    def inserted(self) -> Shape:
        """2 % of new bytes, half of them before the first byte of a large file and half in its middle."""
        old, new = self._twins("inserted")
        data = (old / PAK).read_bytes()
        half, middle = self.size // 100, len(data) // 2 + 4321
        (new / PAK).write_bytes(os.urandom(half) + data[:middle] + os.urandom(half) + data[middle:])
        return self._finish("2 % inserted, front and middle", old, new, 2 * half)

    def rewritten(self) -> Shape:
        """Five large files, of which one is another."""
        old, new = self._roots("rewritten")
        for number in range(5):
            write_unpredictable(old / f"part{number}.pak", self.size // 5)
            if number != 2:
                shutil.copy2(old / f"part{number}.pak", new)
        write_unpredictable(new / "part2.pak", self.size // 5)
        return self._finish("one file in five rewritten", old, new, self.size // 5)

    def renamed(self) -> Shape:
        """A large file has another name."""
        old, new = self._roots("renamed")
        write_unpredictable(old / PAK, self.size)
        shutil.copy2(old / PAK, new / "renamed.pak")
        return self._finish("a large file renamed", old, new, 0)

    def small(self, count: int = 20_000) -> Shape:
        """Small files, of which 2 % have other bytes, and one more that sorts before all others."""
        old, new = self._roots("small")
        for number in range(count):
            path = Path(f"dir{number % 100:02}") / f"file{number}.dat"
            write_unpredictable(old / path, self.random.randrange(100, 3000))
            if number < 100:
                (new / path).parent.mkdir(parents=True)
            shutil.copy2(old / path, new / path)
        differs = 5000
        write_unpredictable(new / "a new one.dat", differs)
        for number in self.random.sample(range(count), count // 50):
            path = new / f"dir{number % 100:02}" / f"file{number}.dat"
            size = path.stat().st_size
            write_unpredictable(path, size)
            differs += size
        return self._finish(f"{count} small files, 2 % of them and one more", old, new, differs)

    def _roots(self, name: str) -> tuple[Path, Path]:
        roots = tuple(self.folder / name / version / GAME for version in ("old", "new"))
        for root in roots:
            root.mkdir(parents=True)
        return roots

    def _twins(self, name: str) -> tuple[Path, Path]:
        """One large file, the same in both."""
        old, new = self._roots(name)
        write_unpredictable(old / PAK, self.size)
        shutil.copy2(old / PAK, new / PAK)
        return old, new

    @staticmethod
    def _finish(name: str, old: Path, new: Path, differs: int) -> Shape:
        # What was copied is as old as what it was copied from, and so much older than what was changed that rsync sees it.
        for path in old.rglob("*"):
            twin = new / path.relative_to(old)
            if path.is_file():
                is_copied = twin.exists() and twin.stat().st_mtime_ns == path.stat().st_mtime_ns
                for file in (path, twin) if is_copied else (path,):
                    os.utime(file, (LONG_AGO, LONG_AGO))
        os.utime(trees.finish(old, OLD) / "version.ini", (LONG_AGO, LONG_AGO))
        trees.finish(new, NEW)
        return Shape(name, old, new, differs)


def measure(kind: type[Updater], shape: Shape, work: Path, rate: float) -> Row:
    """One update over a LAN of its own. The tree is compared afterwards, outside of the time."""
    row = Row(shape.name, kind.name, shape.differs, note=kind.note)
    lan = lab.Lab()
    try:
        source, receiver = lan.host("source"), lan.host("receiver")
        for host in (source, receiver):
            host.limit(rate)
        updater = kind(work, source, receiver)
        try:
            updater.prepare(shape.old, shape.new)
            before = source.wire_bytes_sent() + receiver.wire_bytes_sent()
            row.seconds = updater.update()
            row.wire = source.wire_bytes_sent() + receiver.wire_bytes_sent() - before
            found = trees.differences(shape.new, updater.tree)
            if found:
                row.error = f"{len(found)} differences, the first is {found[0]}"
        finally:
            updater.close()
    except Exception as error:  # noqa: BLE001: the other programs are still worth measuring
        row.error = f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"
    finally:
        lan.close()
        shutil.rmtree(work, ignore_errors=True)
    return row


def main() -> int:
    arguments = argparse.ArgumentParser(prog="./dev bench update", description=__doc__)
    arguments.add_argument("--megabytes", type=int, default=200, help="size of the game (200); six times that in memory")
    arguments.add_argument("--rate", type=float, default=1000, help="of every cable, Mbit/s (1000)")
    arguments.add_argument("--only", nargs="+", choices=list(UPDATERS), help="these programs")
    arguments.add_argument("--shapes", nargs="+", metavar="WORD", help="those whose names contain one of these words")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--json", type=Path, help="also write everything that was measured to this file")
    options = arguments.parse_args()
    size = options.megabytes * 1_000_000
    reason = why_not()
    if not reason and available_memory() < 7 * size:
        reason = f"it needs {7 * size / 1e9:.1f} GB of free memory; --megabytes makes it smaller"
    if reason:
        print(f"bench update: not possible here: {reason}", file=sys.stderr)
        return 1
    target = options.json.resolve() if options.json else None
    isolate()
    work = make_work_folder()
    rows: list[Row] = []
    print(f"{machine_text()}\n{options.megabytes} MB in memory, cables of {options.rate:g} Mbit/s")
    try:
        lab.mount_memory(work / "memory", 6 * options.megabytes + 400)
        shapes = Shapes(work / "memory" / "games", size, options.seed)
        makers = (shapes.rewritten, lambda: shapes.runs(MIB), lambda: shapes.runs(64 * KIB), lambda: shapes.runs(4 * KIB),
                  lambda: shapes.runs(4 * KIB, aligned=True), shapes.inserted, shapes.renamed, shapes.small)
        for make in makers:
            show_progress("making the next game")
            shape = make()
            show_progress("")
            if not options.shapes or any(word in shape.name for word in options.shapes):
                print(f"\n{shape.name}: {shape.differs / 1e6:.3f} MB differ\n"
                      f"{'':<12} {'MB on wire':>10} {'÷ differs':>8} {'seconds':>8}", flush=True)
                for name in options.only or UPDATERS:
                    rows.append(measure(UPDATERS[name], shape, work / "memory" / "run", options.rate))
                    print(rows[-1].text(), flush=True)
            shutil.rmtree(shape.old.parent.parent)
    finally:
        lab.unmount(work / "memory")
        shutil.rmtree(work, ignore_errors=True)
        if target:
            target.write_text(json.dumps({"machine": machine_text(), "rate": options.rate,
                                          "rows": [row.__dict__ for row in rows]}, indent=2) + "\n")
    return 1 if any(row.error for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
