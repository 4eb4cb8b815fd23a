"""What was verified is not fetched again: after kill -9, after an orderly end, after a cancel."""
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer

MEGABITS = 60
MEGABYTES = 100
# What a crash may lose, by the contract, is two seconds of work; as much again for chunks in flight and headers.
BYTES_PER_CRASH = 4 * MEGABITS * 1_000_000 // 8


def game(games):
    """Takes some 14 s at MEGABITS."""
    return trees.small_game(games, megabytes=MEGABYTES)


class Resume(LanTest):
    def start(self) -> tuple[Peer, Peer]:
        """Alice has the game behind a slow link, and bob sees it."""
        alice = self.source("alice", game)
        alice.host.limit(MEGABITS)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        return alice, bob

    def assert_sent_at_most(self, alice: Peer, size: int) -> None:
        """Counted at alice's network card; packets cost some 5 % beside what they carry."""
        self.assertLess(alice.host.bytes_sent(), size * 1.1)

    def test_a_receiver_that_is_killed_at_random_moments_ends_with_the_whole_game(self):
        print(f"kill -9: LANSPREAD_TEST_SEED={self.seed}")
        alice, bob = self.start()
        bob.start_get("quake")
        kills = 3
        moments = sorted(self.random.uniform(0.1, 0.95) for _ in range(kills))
        for moment in moments:
            self.wait_for_progress(bob, "quake", moment)
            bob.kill()
            self.assert_no_sentinel(bob.games_folder / "quake")
            bob.start()
        # A download that ran when the process ended goes on by itself.
        download = self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertTrue(bob.has("quake"))
        self.assertLess(download["bytes_fetched"], (1 - moments[-1]) * download["bytes_total"] + BYTES_PER_CRASH)
        self.assert_sent_at_most(alice, MEGABYTES * trees.MIB + kills * BYTES_PER_CRASH)

    def test_a_receiver_that_ends_in_good_order_loses_nothing(self):
        alice, bob = self.start()
        bob.start_get("quake")
        before = self.wait_for_progress(bob, "quake", 0.5)
        bob.end()
        bob.start()
        download = self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertLessEqual(download["bytes_fetched"], download["bytes_total"] - before["bytes_done"])

    def test_a_cancelled_download_goes_on_where_it_was(self):
        alice, bob = self.start()
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.6)
        self.assertEqual(bob.cli("cancel", "quake").code, 0)
        self.wait_for_download(bob, "quake", "cancelled", seconds=10)
        self.assert_no_sentinel(bob.games_folder / "quake")
        self.assertEqual(len(bob.events("download_cancelled")), 1)
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        # Fetched from the start, it would have been 1.6 times the game.
        self.assert_sent_at_most(alice, MEGABYTES * trees.MIB + BYTES_PER_CRASH // 2)

    def test_a_download_that_is_cancelled_and_deleted_leaves_nothing(self):
        alice, bob = self.start()
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.2)
        self.assertEqual(bob.cli("cancel", "quake", "--delete").code, 0)
        self.wait_for_download(bob, "quake", "cancelled", seconds=10)
        left = [path for path in bob.games_folder.rglob("*") if path.is_file()]
        self.assertEqual(left, [])
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")


if __name__ == "__main__":
    unittest.main()
