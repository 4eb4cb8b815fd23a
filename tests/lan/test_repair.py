"""What is bad of a game is fetched, and nothing else; a game found bad is not served."""
import json
import os
import signal
import subprocess
import unittest
from collections.abc import Callable
from pathlib import Path

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for

MEGABYTES = 40


def game(games: Path) -> Path:
    return trees.small_game(games, megabytes=MEGABYTES)


class Repair(LanTest):
    def start(self) -> tuple[Peer, Peer, Path]:
        """Alice and bob have the same game; bob's root is given, too."""
        original = game(self.folder / "original")
        alice, bob = (self.source(name, lambda games: trees.copy_game(original, games)) for name in ("alice", "bob"))
        self.wait_until_seen(bob, "quake")
        self.wait_until_seen(alice, "quake")
        return alice, bob, bob.games_folder / "quake"

    def damage(self, root: Path) -> None:
        """Two chunks of 40 and the packed one, an executable bit, and a file that does not belong there."""
        for megabyte in (3, 30):
            trees.flip_byte(root / "game.pak", megabyte * trees.MIB + 17)
        (root / "maps" / "map3.bsp").unlink()
        (root / "maps" / "map1.bsp").chmod(0o755)
        (root / "maps" / "cheat.txt").write_text("not of the game")
        trees.write_random(root / "local" / "mine.sav", 100, 1)

    def verify_after(self, peer: Peer, change: Callable[[], None], *options: str) -> subprocess.Popen:
        """Changes files while the peer is stopped, and asks it to verify as the first thing it hears when it goes on: else it
        might see the change before, and share what it finds as another version. A disk that goes bad tells nobody."""
        peer.process.send_signal(signal.SIGSTOP)
        change()
        command = subprocess.Popen(peer.command("verify", "quake", *options), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        wait_for(lambda: command.poll() is not None or self.is_asking(command), 10, "verify has connected")
        peer.process.send_signal(signal.SIGCONT)
        return command

    @staticmethod
    def is_asking(command: subprocess.Popen) -> bool:
        """It waits for the answer of its peer."""
        try:
            return any(os.readlink(entry).startswith("socket:") for entry in Path(f"/proc/{command.pid}/fd").iterdir())
        except OSError:  # a file was closed between the two looks
            return False

    def assert_repaired(self, alice: Peer, bob: Peer) -> None:
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertTrue(bob.has("quake"))
        self.assertTrue(bob.ask("verify", "quake")["good"])
        self.assertTrue((bob.games_folder / "quake" / "local" / "mine.sav").exists())
        self.assertEqual((bob.games_folder / "quake" / ".lanspread" / "extra" / "maps" / "cheat.txt").read_text(),
                         "not of the game")

    def test_only_the_bad_chunks_are_fetched_and_nobody_gets_them_from_here_before(self):
        alice, bob, root = self.start()
        command = self.verify_after(bob, lambda: self.damage(root), "--json")
        found = json.loads(command.communicate()[0])
        self.assertEqual(command.returncode, 1)
        self.assertEqual(found["bad_chunks"], 3)
        self.assertEqual(found["extra"], ["maps/cheat.txt"])
        wait_for(lambda: not alice.sees("quake"), 5, "bob's game is no longer offered to alice")
        sent = alice.host.bytes_sent()
        answer = bob.cli("verify", "quake", "--repair")
        self.assertEqual(answer.code, 0, answer)
        self.assertIn("repaired", answer.output)
        self.assertLess(alice.host.bytes_sent() - sent, 3.3 * trees.MIB)
        self.assert_repaired(alice, bob)
        self.wait_until_seen(alice, "quake")

    def test_a_repair_goes_on_through_kills_and_loses_nothing(self):
        print(f"kill -9: LANSPREAD_TEST_SEED={self.seed}")
        alice, bob, root = self.start()

        def damage_much():
            self.damage(root)
            for megabyte in range(0, MEGABYTES, 3):
                trees.flip_byte(root / "game.pak", megabyte * trees.MIB + 99)

        alice.host.limit(40)
        command = self.verify_after(bob, damage_much, "--repair")
        for moment in sorted(self.random.uniform(0.65, 0.95) for _ in range(2)):
            self.wait_for_progress(bob, "quake", moment)
            bob.kill()
            self.assert_no_sentinel(root)
            bob.start()
        command.communicate()
        download = self.wait_for_download(bob, "quake", "done")
        self.assertLessEqual(download["bytes_fetched"], 0.36 * MEGABYTES * trees.MIB)
        self.assert_repaired(alice, bob)

    def test_without_anybody_who_has_it_nothing_is_touched(self):
        alice, bob, root = self.start()
        alice.end()
        wait_for(lambda: not bob.sees("quake"), 10, "alice has left")
        command = self.verify_after(bob, lambda: self.damage(root), "--repair")
        before = self.shape(root)
        errors = command.communicate()[1]
        self.assertEqual(command.returncode, 1)
        self.assertIn("nobody", errors)
        self.assertEqual(self.shape(root), before)
        self.assertFalse(bob.has("quake"))
        self.assertTrue(os.access(root / "maps" / "map1.bsp", os.X_OK))

    @staticmethod
    def shape(root: Path) -> list:
        return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_mode) for path in root.rglob("*"))


if __name__ == "__main__":
    unittest.main()
