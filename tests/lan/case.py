"""What the LAN tests have in common."""
import os
import random
import shutil
import sys
import time
import unittest
from itertools import combinations
from pathlib import Path

import trees
from isolation import isolate, why_not
from lab import Lab
from peer import Peer, binary, wait_for
from work_folder import make_work_folder


def setUpModule() -> None:
    """To be imported by each file of tests: moves the process into namespaces of its own, or skips the file."""
    if not os.access(binary(), os.X_OK):
        raise RuntimeError(f"{binary()}: not there; ./dev build release makes it")
    reason = why_not()
    if reason:
        # ctest looks for these words.
        print(f"SKIPPED, for hosts cannot be emulated on this machine: {reason}", file=sys.stderr)
        raise unittest.SkipTest(reason)
    isolate()


class LanTest(unittest.TestCase):
    """A test with a LAN and a folder of its own. Every peer must end in good order, or the test fails."""

    mtu = 1500
    logs: list[str] = []

    def setUp(self) -> None:
        self.folder = make_work_folder()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.lab = Lab(self.mtu)
        self.addCleanup(self.lab.close)
        self.started: list[Peer] = []
        self.addCleanup(self._end_peers)
        seed = int(os.environ.get("LANSPREAD_TEST_SEED") or time.time_ns() % 1_000_000)
        self.random = random.Random(seed)
        self.seed = seed

    def run(self, result=None):
        """Shows, where a test failed, what the peers logged."""
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"\n{self.id()}: LANSPREAD_TEST_SEED={self.seed}", file=sys.stderr)
            for text in self.logs:
                print(text, file=sys.stderr)

    def _end_peers(self) -> None:
        self.logs = []
        bad = {}
        for peer in self.started:
            try:
                peer.end()
            except AssertionError as error:
                bad[peer.name] = str(error)
            self.logs.append(f"--- {peer.name}\n{peer.log_tail()}")
        self.assertFalse(bad, "peers that did not end in good order")

    def new_peer(self, name: str, *options: str) -> Peer:
        """A peer on a host of its own, not started yet."""
        peer = Peer(self.folder, name, self.lab.host(name), options)
        self.started.append(peer)
        return peer

    def peer(self, name: str, *options: str) -> Peer:
        """A peer on a host of its own, running."""
        return self.new_peer(name, *options).start()

    def source(self, name: str, make_game, *options: str) -> Peer:
        """A running peer with one game, made by `make_game(games folder)`, that is ready to be served."""
        peer = self.new_peer(name, *options)
        game = make_game(peer.games_folder)
        peer.start()
        wait_for(lambda: peer.has(game.name), 120, f"{name} has hashed {game.name}")
        return peer

    def wait_until_seen(self, peer: Peer, game: str, peers: int = 1) -> None:
        wait_for(lambda: peer.sees(game, peers), 30, f"{peer.name} sees {game} at {peers}")

    def paths(self, peer: Peer, other: Peer) -> set[str]:
        """The ways in which a peer has found another; none where it does not know it."""
        entry = peer.peer(other)
        return {found["path"] for found in entry["found_by"]} if entry else set()

    def wait_until_connected(self, *peers: Peer, seconds: float = 10) -> None:
        """Everybody with everybody."""
        for one, other in combinations(peers, 2):
            wait_for(lambda a=one, b=other: a.is_connected_to(b) and b.is_connected_to(a), seconds,
                     f"{one.name} and {other.name} are connected")

    def wait_for_download(self, peer: Peer, game: str, *states: str, seconds: float = 120) -> dict:
        """Waits until a download is in one of these states, and gives it."""
        last = {}

        def reached():
            last.update(peer.download(game))
            return last["state"] in states

        try:
            wait_for(reached, seconds)
        except AssertionError:
            self.fail(f"{peer.name}: {game} is not {' or '.join(states)} within {seconds} s but {last}")
        return last

    def wait_for_progress(self, peer: Peer, game: str, fraction: float) -> dict:
        """Waits until a download has that part of its bytes and is not done yet; the link has to be slow enough."""
        def reached():
            now = peer.download(game)
            return now if now["bytes_total"] and now["bytes_done"] >= fraction * now["bytes_total"] else None

        download = wait_for(reached, 120, f"{fraction:.0%} of {game} at {peer.name}")
        self.assertNotEqual(download["state"], "done", "the transfer was over before its middle could be met")
        return download

    def assert_same(self, original: Path, copy: Path) -> None:
        """The packages in two game roots are equal, and the second is finished."""
        found = trees.differences(original, copy)
        self.assertEqual(found[:20], [], f"{len(found)} differences")
        self.assertFalse((copy / ".lanspread" / "download").exists(), "the partial download is still there")

    def assert_no_sentinel(self, root: Path) -> None:
        self.assertFalse((root / "version.ini").exists(), f"{root} looks complete and is not")
