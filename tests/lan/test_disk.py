"""A disk that is full is a state that passes, not an end."""
import unittest

import lab
import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule


class Disk(LanTest):
    def test_a_full_disk_makes_the_download_wait_until_there_is_space(self):
        alice = self.source("alice", lambda games: trees.small_game(games, megabytes=40))
        bob = self.new_peer("bob")
        lab.mount_memory(bob.games_folder, 64)
        self.addCleanup(lab.unmount, bob.games_folder)
        filler = bob.games_folder / "filler"
        trees.write_random(filler, 40 * trees.MIB, 5)
        bob.start()
        self.assertEqual(bob.cli("settings", "install_space", "off").code, 0)
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        download = self.wait_for_download(bob, "quake", "waiting_for_space", seconds=30)
        self.assertTrue(download["reason"])
        self.assert_no_sentinel(bob.games_folder / "quake")
        filler.unlink()
        self.wait_for_download(bob, "quake", "done", seconds=60)
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_a_download_that_waits_for_space_can_be_cancelled(self):
        self.source("alice", lambda games: trees.small_game(games, megabytes=40))
        bob = self.new_peer("bob")
        lab.mount_memory(bob.games_folder, 20)
        self.addCleanup(lab.unmount, bob.games_folder)
        bob.start()
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_download(bob, "quake", "waiting_for_space", seconds=30)
        self.assertEqual(bob.cli("cancel", "quake", "--delete").code, 0)
        self.wait_for_download(bob, "quake", "cancelled", seconds=10)


if __name__ == "__main__":
    unittest.main()
