#!/usr/bin/env python3
"""What it costs to keep the party library merged, beside a plain copy of what it is made of. See README.md."""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

MB = 1e6


def measure(games: int, peers: int, rounds: int) -> dict:
    """The medians that the program of this bench finds."""
    program = Path(os.environ["LANSPREAD_BIN"]).parent / "merge_bench"
    done = subprocess.run([program, str(games), str(peers), str(rounds)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def show(row: dict) -> None:
    """For people."""
    print(f"{row['games']} games x {row['peers']} peers")
    for what, key in (("plain copy of all libraries", "copy_us"), ("full merge", "merge_us"),
                      ("a peer leaves and comes back", "join_us"), ("a library that is as it was", "same_us"),
                      ("one game gone and back (2 changes)", "delta_us"), ("all as `games --all` shows it", "show_us"),
                      ("and as JSON", "json_us")):
        print(f"  {what:36} {row[key] / 1000:10.3f} ms   {row[key] / row['copy_us']:8.4f} x the copy")
    for what, key in (("plain copy of all libraries", "copy_bytes"), ("merged", "merged_bytes"), ("JSON", "json_bytes")):
        print(f"  {what:36} {row[key] / MB:10.2f} MB   {row[key] / row['copy_bytes']:8.4f} x the copy")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, nargs="+", default=[200, 2000, 20000], help="in each library")
    parser.add_argument("--peers", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    rows = []
    for games in arguments.games:
        rows.append(measure(games, arguments.peers, arguments.rounds))
        show(rows[-1])
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
