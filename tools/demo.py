#!/usr/bin/python3
"""demo.py [FOLDER]: the main job, on this machine. Two peers find each other, and one fetches a game from the other.

FOLDER is distributed as a game; without one, a small game is made up. Each peer gets a network namespace of its own where
that can be had, else both use the loopback interface.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "lan"))

import trees  # noqa: E402
from isolation import isolate, why_not  # noqa: E402
from lab import Lab  # noqa: E402
from peer import Peer, wait_for  # noqa: E402
from work_folder import make_work_folder  # noqa: E402


class DemoFailed(Exception):
    """What to tell the person who started the demo."""


def say(topic: str, text: str) -> None:
    print(f"{topic:<9} {text}", flush=True)


def megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f} MB"


# --- The game -------------------------------------------------------------------------------------------------------


def made_up_game(games: Path) -> Path:
    """200 MB: a large file, a folder of small ones, a program, a few odd names."""
    root = trees.small_game(games, "demo-game", 192)
    for number in range(400):
        trees.write_random(root / "textures" / f"texture {number}.dds", 20_000, 1000 + number)
    trees.write_random(root / "bin" / "start.sh", 100, 7)
    (root / "bin" / "start.sh").chmod(0o755)
    trees.write_random(root / "Größenwahn" / "lies mich.txt", 3000, 8)
    (root / "empty file").touch()
    return root


def game_of_folder(folder: Path, games: Path) -> Path:
    """A package of FOLDER in a games folder: hard links where they can be made, else copies. FOLDER stays as it is."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name).strip("-.") or "game"
    root = games / name
    sources, skipped = files_of_folder(folder)
    if not sources:
        raise DemoFailed(f"{folder}: there are no files in it")
    linked = 0
    for relative, path in sources.items():
        target = root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        linked += link_or_copy(path, target)
    if not (root / "version.ini").exists():
        trees.finish(root, time.strftime("%Y%m%d"))
    how = "hard links" if linked == len(sources) else f"{len(sources) - linked} of {len(sources)} files copied"
    say("Package", f"made of {folder} ({how})")
    if skipped:
        say("", f"left out: {', '.join(skipped[:5])}" + (f" and {len(skipped) - 5} more" if len(skipped) > 5 else ""))
    return root


def files_of_folder(folder: Path) -> tuple[dict[Path, Path], list[str]]:
    """The files to take, by their path in the package, and what cannot be part of one."""
    sources, skipped = {}, []
    for directory, folders, files in os.walk(folder):
        here = Path(directory)
        for name in list(folders):
            if (here / name).is_symlink() or (here == folder and name in trees.NOT_IN_PACKAGE):
                folders.remove(name)
                skipped.append(f"{(here / name).relative_to(folder)}/")
        for name in files:
            path = here / name
            if path.is_file():  # also what a link leads to: a package has no links
                sources[path.relative_to(folder)] = path.resolve()
            else:
                skipped.append(str(path.relative_to(folder)))
    return sources, skipped


def link_or_copy(source: Path, target: Path) -> bool:
    """True where a hard link was made."""
    try:
        os.link(source, target)
        return True
    except OSError:  # another file system, or somebody else's file
        shutil.copy2(source, target)
        return False


# --- The party ------------------------------------------------------------------------------------------------------


def make_peers(work: Path) -> tuple[Peer, Peer]:
    """Alice and bob, not started yet."""
    reason = why_not()
    if reason is None:
        isolate()
        lab = Lab()
        peers = tuple(Peer(work, name, lab.host(name)) for name in ("alice", "bob"))
        say("Peers", ", ".join(f"{peer.name} ({peer.host.address})" for peer in peers)
            + ": each on an emulated host of its own, with a cable to one switch")
    else:
        peers = tuple(Peer(work, name, None, ("--interface", "lo")) for name in ("alice", "bob"))
        say("Peers", "alice and bob, both on the loopback interface, for hosts cannot be emulated here")
        say("", f"({reason}; as root they can)")
    for peer in peers:
        peer.log_level = "info"
    return peers


def wait_until_shared(alice: Peer, game: Path) -> None:
    """Waits until alice has read and hashed the game, which she does once nobody changes it any more; DemoFailed where it
    is refused."""
    started = time.monotonic()

    def shared_or_refused():
        return alice.has(game.name) or [
            text for text in alice.status()["problems"] if game.name in text and "not shared yet" not in text]

    answer = wait_for(shared_or_refused, 3600, f"alice has hashed {game.name}")
    if answer is not True:
        raise DemoFailed("the game cannot be shared: " + "; ".join(answer))
    size = alice.game(game.name)["size"]
    say("Scanned", f"{len(trees.package_files(game)):,} files, {megabytes(size)}, hashed by alice in "
        f"{time.monotonic() - started:.1f} s")


def fetch(bob: Peer, alice: Peer, game: Path) -> None:
    """Bob finds alice, and fetches the game."""
    started = time.monotonic()
    bob.start()
    wait_for(lambda: bob.sees(game.name), 30, "bob sees the game")
    paths = sorted({found["path"] for found in bob.peer(alice)["found_by"]})
    say("Found", f"bob sees {game.name} at alice {time.monotonic() - started:.2f} s after his start, by {', '.join(paths)}")
    # Standard error is the terminal's: the progress bar, or why it failed.
    done = subprocess.run(bob.command("get", game.name, "--wait"), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise DemoFailed(f"bob could not fetch it; his log ends with\n{bob.log_tail(10)}")
    seconds = max(0.001, bob.download(game.name)["seconds"])
    download = bob.download(game.name)
    rate = download["bytes_total"] / seconds
    sources = ", ".join(f"{source['name']} {megabytes(source['bytes'])}" for source in download["sources"])
    say("Fetched", f"{megabytes(download['bytes_total'])} in {seconds:.2f} s: {megabytes(rate)}/s, "
        f"{rate * 8 / 1e9:.2f} Gbit/s; sources: {sources}")


def compare(original: Path, copy: Path) -> None:
    found = trees.differences(original, copy)
    if found:
        raise DemoFailed(f"the trees differ in {len(found)} places, such as {'; '.join(found[:3])}")
    say("Compared", f"{len(trees.package_files(original)):,} files: names, bytes and executable bits are equal")


def demo(folder: Path | None, work: Path) -> None:
    alice, bob = make_peers(work)
    try:
        game = game_of_folder(folder, alice.games_folder) if folder else made_up_game(alice.games_folder)
        need = sum(path.stat().st_size for path in trees.package_files(game).values())
        if shutil.disk_usage(work).free < need * 1.05:
            raise DemoFailed(f"{work} has no room for another {megabytes(need)}; set TMPDIR to a folder that has")
        alice.start()
        wait_until_shared(alice, game)
        fetch(bob, alice, game)
        compare(game, bob.games_folder / game.name)
        bob.end()
        alice.end()
    finally:
        for peer in (bob, alice):
            if peer.is_running():
                peer.kill()


def main() -> int:
    arguments = argparse.ArgumentParser(prog="./dev demo", description="Two peers on this machine share a game.")
    arguments.add_argument("folder", nargs="?", type=Path, help="a folder to distribute as a game")
    folder = arguments.parse_args().folder
    if folder and not folder.is_dir():
        print(f"./dev demo: {folder}: no such folder", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = make_work_folder()
    try:
        demo(folder.resolve() if folder else None, work)
        return 0
    except (DemoFailed, AssertionError) as error:
        print(f"./dev demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n./dev demo: stopped", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
