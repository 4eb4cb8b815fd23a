"""What the tests with eight PCs have in common."""
import time
from collections.abc import Callable
from pathlib import Path

import trees
from case import LanTest
from faulty import FaultyPeer
from peer import Peer, wait_for

NAMES = ("bob", "carol", "dave", "erin", "frank", "grace", "heidi")

# How long a download may stand still while there is somebody to fetch from: many times what is seen on a busy machine,
# and less than what it takes until the connection to a silent peer is given up (20 s).
STUCK_SECONDS = 10
# What one peer may have asked of two at the end: a few chunks.
END_GAME_BYTES = 4 * trees.MIB
# What a crash may lose is two seconds of work, and what was in flight.
CRASH_SECONDS = 3


class Watch:
    """Looks at downloads of one game, and sees one that stands still."""

    def __init__(self, peers: list[Peer], game: str, stuck_seconds: float):
        self.game = game
        self.stuck_seconds = stuck_seconds
        self.last = {peer: peer.download(game) for peer in peers}
        self.moved = dict.fromkeys(peers, time.monotonic())

    def look(self) -> dict[Peer, dict]:
        """The downloads now; an AssertionError where one of them stands still."""
        for peer, before in self.last.items():
            if before["state"] == "done":
                continue
            now = peer.download(self.game)
            assert now["state"] not in ("failed", "cancelled"), f"{peer.name}: {now}"
            assert now["bytes_done"] >= before["bytes_done"], f"{peer.name}: progress went backwards: {before}, {now}"
            self.last[peer] = now
            if now["bytes_done"] > before["bytes_done"] or now["state"] == "done":
                self.moved[peer] = time.monotonic()
            still = time.monotonic() - self.moved[peer]
            assert still < self.stuck_seconds, f"{peer.name} has stood still for {still:.0f} s: {now}"
        return self.last


class SwarmTest(LanTest):
    """Peers on links of `megabits` that want a game at once: `alice` has it, `self.downloaders` want it."""

    megabits = 60
    megabytes = 40

    def make_original(self, make_game: Callable[[Path], Path] | None = None) -> Path:
        """The game, in a folder of its own, with which all copies are compared."""
        if make_game is None:
            self.original = trees.small_game(self.folder / "original", megabytes=self.megabytes)
        else:
            self.original = make_game(self.folder / "original")
        self.size = sum(path.stat().st_size for path in trees.package_files(self.original).values())
        return self.original

    def start_swarm(self, downloaders: int, *others: Peer) -> None:
        """Starts alice, the downloaders and `others` on limited links; each downloader knows them all when it ends."""
        if not hasattr(self, "original"):
            self.make_original()
        self.alice = self.new_peer("alice")
        trees.copy_game(self.original, self.alice.games_folder)
        self.downloaders = [self.new_peer(name) for name in NAMES[:downloaders]]
        self.start_all(self.alice, *self.downloaders, *others)
        for peer in (self.alice, *self.downloaders, *others):
            peer.host.limit(self.megabits)
        for peer in self.downloaders:
            self.wait_until_seen(peer, "quake")
            for other in (*self.downloaders, *others):
                if other is not peer:
                    wait_for(lambda a=peer, b=other: a.is_connected_to(b), 30, f"{peer.name} knows {other.name}")

    def start_all(self, *peers: Peer) -> None:
        """Starts peers at the same time."""
        for peer in peers:
            peer.launch()
        for peer in peers:
            peer.wait_until_ready()

    def faulty_peer(self, fault: str, partial: bool = False, name: str = "mallory", *options: str) -> FaultyPeer:
        """One who has the game and does wrong with it; not started yet."""
        if not hasattr(self, "original"):
            self.make_original()
        peer = FaultyPeer(self.folder, name, self.lab.host(name), fault, partial, *options)
        trees.copy_game(self.original, peer.games_folder)
        self.started.append(peer)
        return peer

    def get_all(self, *peers: Peer) -> None:
        """They all want the game now (without names: the downloaders)."""
        for peer in peers or self.downloaders:
            peer.start_get("quake")

    def wait_until_all_done(self, *peers: Peer, seconds: float = 120, stuck: float = STUCK_SECONDS) -> None:
        """Waits until their downloads (without names: the downloaders') are done, none having stood still."""
        watch = Watch(list(peers or self.downloaders), "quake", stuck)

        def all_done():
            return all(download["state"] == "done" for download in watch.look().values())

        self._wait(all_done, seconds, lambda: {peer.name: download for peer, download in watch.last.items()})

    def wait_for_the_middle(self, fraction: float) -> dict[Peer, dict]:
        """Waits until the downloaders together have that part of all that they want, and gives their downloads as they
        are then; none of them is done."""
        downloads = {}

        def have_that_part():
            downloads.update((peer, peer.download("quake")) for peer in self.downloaders)
            return sum(now["bytes_done"] for now in downloads.values()) >= fraction * self.size * len(downloads)

        self._wait(have_that_part, 120, lambda: {peer.name: download for peer, download in downloads.items()})
        self.assertNotIn("done", [now["state"] for now in downloads.values()], "the middle was missed")
        return downloads

    def _wait(self, condition: Callable[[], bool], seconds: float, state: Callable[[], dict]) -> None:
        """As wait_for, but asks twice a second: eight PCs on one machine have other things to do than to answer."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"not within {seconds} s: {state()}")
            time.sleep(0.5)

    def assert_all_whole(self, *peers: Peer) -> None:
        """Their trees (without names: the downloaders') are the original's, and each was told so once."""
        for peer in peers or self.downloaders:
            self.assert_same(self.original, peer.games_folder / "quake")
            self.assertTrue(peer.has("quake"), peer.name)
            self.assertEqual(len(peer.events("download_done")), 1, peer.name)

    def assert_nothing_twice(self, *peers: Peer, in_vain: int = 0) -> None:
        """What they have verified (without names: the downloaders) was fetched once, by their own count and at their
        network cards. At the end a few chunks are asked of two; the cards see headers and acknowledgements as well,
        and `in_vain`: bytes that a fault made worthless."""
        for peer in peers or self.downloaders:
            download = peer.download("quake")
            self.assertLessEqual(download["bytes_fetched"], self.size, peer.name)
            self.assertLessEqual(download["bytes_twice"], END_GAME_BYTES, peer.name)
            received = peer.host.bytes_received()
            self.assertLess(received, 1.12 * self.size + END_GAME_BYTES + in_vain, peer.name)

    def bytes_in(self, seconds: float) -> int:
        """What the link carries in that time."""
        return int(seconds * self.megabits * 1_000_000 / 8)
