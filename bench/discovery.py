#!/usr/bin/python3
"""discovery.py: how long it takes until every peer of a party sees the games of all, and what a party at rest sends.

See README.md for what is measured and how to read it.
"""
import argparse
import json
import shutil
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "lan"))

from gathering import PATHS, Gathering, Rest, Round  # noqa: E402
from isolation import isolate, why_not  # noqa: E402
from machine import machine_text, show_progress  # noqa: E402
from neighbours import room_for_neighbours  # noqa: E402
from work_folder import make_work_folder  # noqa: E402

# So many fit into the tables that every kernel has.
FEW_PEERS = 30

HEAD = (f"{'peers':>5} {'path':<7}   from ready: {'median':>7} {'worst':>7}   from start: {'median':>7} {'worst':>7}"
        f"   {'CPU s':>6} {'limit':>7} {'ratio':>6} {'busy':>6}")
REST_HEAD = (f"\nat rest, sent by a peer in a minute\n{'peers':>5} {'path':<7} packets: {'all':>6} {'mdns':>6} {'beacon':>6} "
             f"{'QUIC':>6} {'other':>6}   {'bytes':>9}")


def parse() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="./dev bench discovery", description=__doc__)
    arguments.add_argument("--peers", type=int, nargs="+", default=[2, 10, 30], metavar="N",
                           help="in a party (2 10 30)")
    arguments.add_argument("--rounds", type=int, default=10, help="starts of each party (10)")
    arguments.add_argument("--paths", nargs="+", choices=PATHS, default=["all"], metavar="PATH",
                           help=f"by which peers find each other, of {', '.join(PATHS)} (all)")
    arguments.add_argument("--rest", type=int, default=120, metavar="SECONDS",
                           help="how long the traffic at rest is counted (120; 0: not at all)")
    arguments.add_argument("--settle", type=int, default=20, metavar="SECONDS",
                           help="and how long after the start (20)")
    arguments.add_argument("--json", type=Path, help="also write everything that was measured to this file")
    options = arguments.parse_args()
    if not 2 <= min(options.peers) <= max(options.peers) <= 200 or options.rounds < 0:
        arguments.error("a party has 2 to 200 peers, and rounds cannot be below 0")
    return options


def main() -> int:
    options = parse()
    if reason := why_not():
        print(f"bench discovery: not possible here: {reason}", file=sys.stderr)
        return 1
    target = options.json.resolve() if options.json else None
    # Ended by others as by Ctrl-C: in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with room_for_neighbours(max(options.peers)) as no_room:
        if no_room and max(options.peers) > FEW_PEERS:
            print(f"bench discovery: {max(options.peers)} hosts are too many here: {no_room}", file=sys.stderr)
            return 1
        isolate()
        return run(options, target)


def run(options: argparse.Namespace, target: Path | None) -> int:
    work = make_work_folder()
    rows: list[dict] = []
    print(machine_text())
    try:
        measure(options, work, rows)
    except KeyboardInterrupt:
        print("\nbench discovery: interrupted", file=sys.stderr)
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if target and rows:
            target.write_text(json.dumps({"machine": machine_text(), "rows": rows}, indent=2) + "\n")
    return 1 if any(row["errors"] for row in rows) else 0


def measure(options: argparse.Namespace, work: Path, rows: list[dict]) -> None:
    """All that was asked for; `rows` grows, and what is measured is printed, as it comes."""
    if options.rounds:
        print(HEAD, flush=True)
    rests = []
    for number in options.peers:
        for path in options.paths:
            gathering = Gathering(work, number, path)
            try:
                rounds, errors = measure_rounds(gathering, options.rounds)
                row = {"peers": number, "path": path, "rounds": [one.document() for one in rounds], "errors": errors}
                rows.append(row)
                if options.rounds:
                    print_rounds(number, path, rounds, errors)
                if options.rest:
                    show_progress(f"{number} peers: {options.settle + options.rest} s of rest")
                    try:
                        row["rest"] = asdict(rest := gathering.rest(options.settle, options.rest))
                        rests.append((number, path, rest))
                    except (AssertionError, OSError) as error:
                        errors.append(f"at rest: {first_line(error)}")
                        print(f"{number:>5} {path:<7} failed {errors[-1]}", flush=True)
                    show_progress("")
            finally:
                gathering.close()
    if rests:
        print(REST_HEAD)
    for number, path, rest in rests:
        print_rest(number, path, rest)


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def measure_rounds(gathering: Gathering, number: int) -> tuple[list[Round], list[str]]:
    """A round that fails is told, and the others count."""
    rounds, errors = [], []
    for index in range(number):
        show_progress(f"{len(gathering.hosts)} peers, path {gathering.path}: round {index + 1} of {number}")
        try:
            rounds.append(gathering.measure())
        except (AssertionError, OSError) as error:
            errors.append(first_line(error))
    show_progress("")
    return rounds, errors


def print_rounds(number: int, path: str, rounds: list[Round], errors: list[str]) -> None:
    if rounds:
        limit = median(one.limit for one in rounds)
        ready, start = [one.from_ready for one in rounds], [one.from_start for one in rounds]
        times = [f"{seconds:>5.2f} s" for seconds in (median(ready), max(ready), median(start), max(start))]
        print(f"{number:>5} {path:<7} {'':>13} {times[0]} {times[1]} {'':>13} {times[2]} {times[3]}   "
              f"{median(one.cpu for one in rounds):>6.2f} {limit:>5.2f} s {median(ready) / max(limit, 1e-3):>6.2f} "
              f"{median(one.busy for one in rounds):>6.0%}", flush=True)
    for error in errors:
        print(f"{number:>5} {path:<7} failed: {error}", flush=True)


def print_rest(number: int, path: str, rest: Rest) -> None:
    packets = [rest.mdns, rest.beacon, rest.connections, rest.other]
    print(f"{number:>5} {path:<7} {'':>8} {sum(packets):>6.1f} " + " ".join(f"{count:>6.1f}" for count in packets)
          + f"   {rest.bytes:>9.0f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
