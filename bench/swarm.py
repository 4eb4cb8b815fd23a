#!/usr/bin/python3
"""swarm.py: one source and eight PCs that want the same game at once; beside aria2 and libtorrent in the same run.

See README.md for what is measured and how to read it.
"""
import argparse
import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "lan"))

from contenders.aria2 import Aria2  # noqa: E402
from contenders.lanspread import Lanspread  # noqa: E402
from contenders.libtorrent_tuned import Libtorrent  # noqa: E402
from contenders.program import Contender  # noqa: E402
from games import Games  # noqa: E402
from isolation import isolate, why_not  # noqa: E402
from machine import available_memory, machine_text  # noqa: E402
from scenarios import Row, Setting, killed, late, same  # noqa: E402
from swarm_report import print_rows, print_unequal, print_unequal_head  # noqa: E402
from unequal import UNEQUAL  # noqa: E402
from work_folder import make_work_folder  # noqa: E402

CONTENDERS = {kind.name: kind for kind in (Lanspread, Aria2, Libtorrent)}
EQUAL = {"same": same, "late": late, "killed": killed}


def parse() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="./dev bench swarm", description=__doc__)
    arguments.add_argument("--downloaders", type=int, nargs="+", default=[1, 2, 4, 8], metavar="N")
    arguments.add_argument("--rate", type=float, default=50, help="of each cable, each way, in Mbit/s (50)")
    arguments.add_argument("--megabytes", type=int, default=300, help="size of the game (300)")
    arguments.add_argument("--rounds", type=int, default=1, help="of same, late and killed (1)")
    arguments.add_argument("--only", nargs="+", choices=CONTENDERS, metavar="NAME", help=f"of {', '.join(CONTENDERS)}")
    arguments.add_argument("--scenarios", nargs="+", choices=[*EQUAL, *UNEQUAL], metavar="NAME", default=list(EQUAL),
                           help=f"of {', '.join([*EQUAL, *UNEQUAL])} (the first three)")
    arguments.add_argument("--all", action="store_true", help="all scenarios; the unequal ones with lanspread, or --only")
    arguments.add_argument("--json", type=Path, help="also write everything that was measured to this file")
    options = arguments.parse_args()
    if options.all:
        options.scenarios = [*EQUAL, *UNEQUAL]
    if min(options.downloaders) < 1 or options.megabytes < 1 or options.rounds < 1 or options.rate < 1:
        arguments.error("all numbers must be 1 or more")
    return options


def main() -> int:
    options = parse()
    needed = (max(*options.downloaders, 8) + 8) * options.megabytes * 1_000_000
    reason = why_not()
    if not reason and available_memory() < needed:
        reason = f"it needs {needed / 1e9:.1f} GB of free memory; --megabytes makes it smaller"
    if reason:
        print(f"bench swarm: not possible here: {reason}", file=sys.stderr)
        return 1
    target = options.json.resolve() if options.json else None
    # Ended by others as by Ctrl-C: in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    isolate()
    work = make_work_folder()
    rows: list[Row] = []
    print(machine_text())
    try:
        with Games(work, options.megabytes * 1_000_000) as games:
            measure(options, Setting(work, games, options.rate), rows)
    except KeyboardInterrupt:
        print("\nbench swarm: interrupted", file=sys.stderr)
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if target and rows:
            target.write_text(json.dumps({"machine": machine_text(), "rate": options.rate,
                                          "rows": [row.document() for row in rows]}, indent=2) + "\n")
    return 1 if any(row.error for row in rows) else 0


def measure(options: argparse.Namespace, setting: Setting, rows: list[Row]) -> None:
    """All that was asked for; `rows` grows, and what is measured is printed, as it comes."""
    kinds = [CONTENDERS[name] for name in options.only or CONTENDERS]
    for name, kind in ((kind.name, kind) for kind in kinds):
        print(f"{name}: {kind.note}", flush=True)
    for scenario in (name for name in EQUAL if name in options.scenarios):
        # A late joiner needs others, and what one downloader has tells nothing about a swarm.
        numbers = options.downloaders if scenario == "same" else [max(*options.downloaders, 2)]
        for number in numbers:
            rows += measure_equal(options, setting, scenario, number, kinds)
    unequal = [name for name in UNEQUAL if name in options.scenarios]
    if unequal:
        print_unequal_head()
    for name in unequal:
        for kind in kinds if options.only else [Lanspread]:
            for row in attempt(name, kind, 1, setting, lambda k=kind, n=name: UNEQUAL[n](setting, k)):
                print_unequal(row)
                rows.append(row)


def measure_equal(options: argparse.Namespace, setting: Setting, scenario: str, number: int,
                  kinds: list[type[Contender]]) -> list[Row]:
    """All contenders, taking turns, so that a slow minute of the machine hits all of them."""
    found = []
    for turn in range(options.rounds):
        first = turn % len(kinds)
        for kind in kinds[first:] + kinds[:first]:
            found += attempt(scenario, kind, number, setting, lambda k=kind: [EQUAL[scenario](setting, k, number)])
    print_rows(found, setting.rate)
    return found


def attempt(scenario: str, kind: type[Contender], number: int, setting: Setting,
            run: Callable[[], Iterable[Row]]) -> Iterator[Row]:
    """A failure is a row too, whatever it is: the other programs are still worth measuring."""
    try:
        yield from run()
    except Exception as error:  # noqa: BLE001
        lines = str(error).strip().splitlines() or [""]
        yield Row(scenario, kind.name, setting.games.size, number, error=f"{type(error).__name__}: {lines[0]}")


if __name__ == "__main__":
    sys.exit(main())
