#!/usr/bin/env python3
"""How fast a library is taken in, looked through and known again, beside the hash alone and `find`. See README.md."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "lan"))

import control  # noqa: E402
import lab  # noqa: E402
from cpu import cpu_of_process  # noqa: E402
from isolation import isolate, why_not  # noqa: E402
from machine import available_memory, machine_text, show_progress, touch_memory, write_unpredictable  # noqa: E402
from peer import Peer, wait_for  # noqa: E402
from work_folder import make_work_folder  # noqa: E402

CORES = os.cpu_count() or 1
FILES_OF_A_GAME = 40
# Seconds after which nobody takes a game for one that is still being copied.
QUIET = 3


def timed(work: Callable) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def look_with_find(folder: Path) -> None:
    """Size and times of every file."""
    subprocess.run(["find", str(folder), "-type", "f", "-printf", "%s %T@ %C@\n"], check=True, stdout=subprocess.DEVNULL)


def make_game(root: Path, folders: int, files: int, size: int) -> None:
    """A game root with that many folders, files in each, and bytes in each file."""
    for folder in range(folders):
        below = root / f"part{folder // 100}" / f"folder{folder}"
        below.mkdir(parents=True)
        for number in range(files):
            (below / f"file number {number}.dat").write_bytes(os.urandom(size))
    (root / "version.ini").write_text("20240101\n")


class Start:
    """A peer that was started, and has looked through its library. `with` ends it."""

    def __init__(self, folder: Path, name: str, games: Path):
        self.peer = Peer(folder, name, None, ("--no-discovery",))
        self.peer.log_level = "info"
        self.peer.games_folder = games
        self.peer.log.unlink(missing_ok=True)
        began, began_ms = time.monotonic(), time.time() * 1000
        self.peer.launch()
        wait_for(self._is_ready, 60, "it is ready")
        self.ready = time.monotonic() - began
        event = wait_for(self._scan_finished, 600, "the library is known")
        self.known = (event["time_ms"] - began_ms) / 1000
        self.cpu = cpu_of_process(self.peer.process.pid)

    def _is_ready(self) -> bool:
        return self.peer.output.read_text().startswith("ready ")

    def _scan_finished(self) -> dict | None:
        try:
            found = control.events(str(self.peer.state / "control.sock"))
        except OSError:
            return None  # what lies there is still the socket of the last start
        return next((event for event in found if event["kind"] == "scan_finished"), None)

    def rescan(self) -> float:
        """How long a look at everything takes that finds nothing new."""
        return timed(lambda: control.ask(str(self.peer.state / "control.sock"), {"type": "Rescan"}))

    def hashed(self) -> tuple[int, float]:
        """Bytes and seconds of all hashing, as logged."""
        lines = re.findall(r"(\d+) of them hashed in ([\d.]+) s", self.peer.log.read_text())
        return sum(int(size) for size, _ in lines), sum(float(seconds) for _, seconds in lines)

    def __enter__(self) -> "Start":
        return self

    def __exit__(self, *_) -> None:
        self.peer.end()


def measure_hashing(work: Path, games: Path, size: int) -> dict:
    """The import of a game that was never seen, and BLAKE3 of as many bytes that lie in memory already."""
    program = Path(os.environ["LANSPREAD_BIN"]).parent / "hash_speed"

    def alone(threads: int) -> float:
        done = subprocess.run([program, str(threads), str(size / 1e9)], capture_output=True, text=True, check=True)
        return float(done.stdout.split()[0])

    reference = alone(CORES)
    with Start(work, "hashing", games) as start:
        hashed, seconds = start.hashed()
        assert hashed >= size, f"only {hashed} bytes were hashed"
        row = {"rate": hashed / seconds, "cpu": start.cpu / hashed * 1e9}
    shutil.rmtree(work / "hashing")
    reference = (reference + alone(CORES)) / 2  # before and after: a machine that others use too changes its pace
    return row | {"alone": reference, "ratio": row["rate"] / reference}


def measure_library(work: Path, games: Path, name: str) -> dict:
    """First start with a library, a look at it when nothing changed, and another start."""
    limit = timed(lambda: look_with_find(games))
    with Start(work, name, games) as first:
        row = {"first": first.known, "rescan": first.rescan()}
    with Start(work, name, games) as again:
        hashed, _ = again.hashed()
        assert hashed == 0, f"{hashed} bytes were hashed again"
        row |= {"ready": again.ready, "known": again.known, "cpu": again.cpu}
    shutil.rmtree(work / name)
    return row | {"find": limit}


def middle(rows: list[dict]) -> dict:
    return {key: median(row[key] for row in rows) for key in rows[0]}


def show_hashing(row: dict, size: int) -> None:
    print(f"one file of {size / 1e9:.1f} GB: {row['rate'] / 1e9:.2f} GB/s, {row['cpu']:.2f} CPU s/GB; "
          f"BLAKE3 alone on {CORES} cores {row['alone'] / 1e9:.2f} GB/s; ratio {row['ratio']:.2f}")


def show_library(row: dict, what: str) -> None:
    print(f"{what}\n"
          f"  first start until known  {row['first']:7.2f} s\n"
          f"  looked through again     {row['rescan']:7.2f} s, {row['rescan'] / row['find']:5.1f} x find ({row['find']:.2f} s)\n"
          f"  next start until ready   {row['ready']:7.2f} s\n"
          f"  ... until all is known   {row['known']:7.2f} s, {row['known'] / row['find']:5.1f} x find, {row['cpu']:.2f} CPU s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5, help="of the game that is hashed")
    parser.add_argument("--games", type=int, default=500, help="in the library")
    parser.add_argument("--files", type=int, default=100_000, help="of the game with many")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    size = round(arguments.gigabytes * 1e9)
    if reason := why_not():
        sys.exit(f"bench: namespaces cannot be made on this machine: {reason}")
    if available_memory() < 1.5 * size + 2e9:
        sys.exit("bench: not enough memory; name fewer --gigabytes")
    isolate()
    work = make_work_folder()
    memory = work / "memory"
    lab.mount_memory(memory, round(size / 1e6) + 3000)
    result = {"machine": machine_text()}
    try:
        print(result["machine"])
        touch_memory(memory, size)
        write_unpredictable(memory / "large" / "bench" / "game.pak", size)
        (memory / "large" / "bench" / "version.ini").write_text("20240101\n")
        time.sleep(QUIET)
        show_progress("hashing")
        result["hashing"] = middle([measure_hashing(memory, memory / "large", size) for _ in range(arguments.rounds)])
        shutil.rmtree(memory / "large")
        show_progress("")
        show_hashing(result["hashing"], size)

        for number in range(arguments.games):
            make_game(memory / "games" / f"game{number}", 4, FILES_OF_A_GAME // 4, 3000)
        make_game(memory / "many" / "many", arguments.files // 10, 10, 200)
        time.sleep(QUIET)
        for name, what in (("games", f"{arguments.games} games of {FILES_OF_A_GAME} files"),
                           ("many", f"one game of {arguments.files} files in {arguments.files // 10} folders")):
            show_progress(what)
            result[name] = middle([measure_library(memory, memory / name, f"peer-{name}")
                                   for _ in range(arguments.rounds)])
            show_progress("")
            show_library(result[name], what)
        if arguments.json:
            arguments.json.write_text(json.dumps(result, indent=2) + "\n")
    finally:
        lab.unmount(memory)
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
