"""A new version moves little more than what differs, and the old one stays whole until the new one is."""
import shutil
import time
import unittest
from pathlib import Path

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for

OLD, NEW = "20240101", "20240202"
MEGABYTES = 60
KIB = 1024


def old_game(games: Path, size: int) -> Path:
    root = trees.small_game(games, megabytes=size, version=OLD)
    trees.write_random(root / "gone" / "in the new version.txt", 3000, 5)
    return root


def change(root: Path, megabytes: float, size: int, run: int = 64 * KIB) -> int:
    """Makes the new version: so much of the large file, which has `size` megabytes, is other bytes, in runs that begin
    anywhere; one file is gone. Gives the bytes that differ."""
    shutil.rmtree(root / "gone")
    count = round(megabytes * trees.MIB) // run
    stride = size * trees.MIB // count
    with (root / "game.pak").open("r+b") as file:
        for number in range(count):
            file.seek(number * stride + (stride - run) // 3 + 7 * number)
            file.write(trees.random.Random(1000 + number).randbytes(run))
    trees.finish(root, NEW)
    return count * run


class Update(LanTest):
    def start(self, megabytes: float = 1.2, rate: float = 800, size: int = MEGABYTES) -> tuple[Peer, Peer, int]:
        """Alice has the new version, and bob, who sees it, the old one. What a cable carries counts with all headers."""
        self.original = old_game(self.folder / "original", size)
        alice = self.new_peer("alice")
        differs = change(trees.copy_game(self.original, alice.games_folder), megabytes, size)
        bob = self.new_peer("bob")
        trees.copy_game(self.original, bob.games_folder)
        for peer in (alice, bob):
            peer.host.limit(rate)
            peer.start()
        for peer in (alice, bob):
            wait_for(lambda p=peer: p.has("quake"), 60, f"{peer.name} has hashed its version")
        self.wait_until_seen(bob, "quake")
        return alice, bob, differs

    @staticmethod
    def wire(*peers: Peer) -> int:
        return sum(peer.host.wire_bytes_sent() for peer in peers)

    def test_two_percent_that_differ_move_little_more_than_themselves(self):
        alice, bob, differs = self.start()
        before = self.wire(alice, bob)
        done = bob.get("quake")
        moved = self.wire(alice, bob) - before
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertLess(moved, 1.1 * differs, f"{moved / differs:.3f}")
        self.assertEqual(done["fetched"] + done["local"], done["bytes"])
        # And back, from carol, who has the old one: alice and bob have the new one now.
        carol = self.source("carol", lambda games: trees.copy_game(self.original, games))
        wait_for(lambda: any(version["version"] == OLD and version["peers"] for version in bob.game("quake")["versions"]),
                 30, "bob sees the old version")
        back = bob.cli("get", "quake", "--version", OLD, "--wait")
        self.assertEqual(back.code, 0, back)
        self.assert_same(self.original, bob.games_folder / "quake")
        self.assertLess(bob.download("quake")["bytes_fetched"], 1.05 * differs)
        self.assertTrue(carol.has("quake"))

    def kill(self, alice: Peer, bob: Peer) -> None:
        """What says that it is whole is so."""
        bob.kill()
        root = bob.games_folder / "quake"
        if (root / "version.ini").exists():
            whole = self.original if (root / "version.ini").read_text().strip() == OLD else alice.games_folder / "quake"
            self.assertEqual(trees.differences(whole, root), [])

    def test_the_old_version_stays_whole_through_kills_until_the_new_one_is(self):
        print(f"kill -9: LANSPREAD_TEST_SEED={self.seed}")
        alice, bob, differs = self.start(megabytes=32, rate=20, size=160)
        bob.start_get("quake")
        for seconds in sorted(self.random.uniform(0.1, 2.5) for _ in range(3)):
            time.sleep(seconds / 3)
            self.kill(alice, bob)
            bob.start()
        # All chunks differ a little, and come in groups of 32 of 160, two at once: at the first look, 64 of them may be here.
        self.wait_for_progress(bob, "quake", 0.25)
        time.sleep(2.5)  # what a kill may lose is older than that
        self.kill(alice, bob)
        for peer in (alice, bob):
            peer.host.limit(800)
        before = alice.host.wire_bytes_sent()
        bob.start()
        self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        # Three quarters of what differs at most, with all headers and sums. Whole chunks would be five times as much.
        self.assertLess(alice.host.wire_bytes_sent() - before, 0.9 * differs)

    def test_bytes_of_another_game_are_not_fetched(self):
        alice, bob, _ = self.start()
        renamed = alice.games_folder / "doom"
        renamed.mkdir()
        shutil.copy2(self.original / "game.pak", renamed / "another name.bin")
        trees.finish(renamed, OLD)
        alice.ask("rescan")
        self.wait_until_seen(bob, "doom")
        done = bob.get("doom")
        self.assert_same(renamed, bob.games_folder / "doom")
        self.assertEqual(done["local"], MEGABYTES * trees.MIB)
        self.assertLess(done["fetched"], 100)


if __name__ == "__main__":
    unittest.main()
