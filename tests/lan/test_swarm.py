"""PCs that want the same game at once help each other, whatever becomes of their sources and disks."""
import unittest

import lab
import trees
from case import setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for
from swarm_case import SwarmTest


class Swarm(SwarmTest):
    def test_the_source_sends_little_more_than_one_copy(self):
        self.start_swarm(4)
        self.get_all()
        self.wait_until_all_done()
        self.assert_all_whole()
        self.assert_nothing_twice()
        self.assertLess(self.alice.status()["bytes_served"], 1.3 * self.size)
        for peer in self.downloaders:
            gave = [source["name"] for source in peer.download("quake")["sources"] if source["bytes"] > 0]
            self.assertGreaterEqual(len(set(gave) - {"alice"}), 2, f"{peer.name} got it from {gave}")

    def test_the_source_goes_at_30_percent_and_comes_back(self):
        self.start_swarm(7)
        self.get_all()
        self.wait_for_the_middle(0.3)
        self.alice.end()

        def all_have_the_same():
            downloads = [peer.download("quake") for peer in self.downloaders]
            return (len({download["bytes_done"] for download in downloads}) == 1
                    and all(download["state"] == "waiting_for_source" for download in downloads))

        # What one of them has, all get, and nobody believes that this is the end.
        self._wait(all_have_the_same, 60, lambda: {peer.name: peer.download("quake") for peer in self.downloaders})
        for peer in self.downloaders:
            self.assertTrue(peer.download("quake")["reason"])
            self.assert_no_sentinel(peer.games_folder / "quake")
        self.alice.start()
        self.wait_until_all_done(stuck=30)
        self.assert_all_whole()
        self.assert_nothing_twice()

    def test_the_disk_of_one_is_full_in_the_middle_and_freed(self):
        self.make_original(trees.game_of_middle_files)
        # Peers that are started after this see the mount.
        games_folder = self.folder / "bob" / "games"
        lab.mount_memory(games_folder, 128)
        self.addCleanup(lab.unmount, games_folder)
        self.start_swarm(7)
        self.get_all()
        self.wait_for_the_middle(0.2)
        filler = games_folder / "filler"
        trees.fill_disk(filler)
        bob, *others = self.downloaders
        self.wait_for_download(bob, "quake", "waiting_for_space", seconds=30)
        self.wait_until_all_done(*others)
        self.assertEqual(bob.download("quake")["state"], "waiting_for_space")
        self.assertTrue(bob.download("quake")["reason"])
        self.assert_no_sentinel(games_folder / "quake")
        filler.unlink()
        self.wait_until_all_done(bob, stuck=60)
        self.assert_all_whole()
        self.assert_nothing_twice(*others)
        self.assertLessEqual(bob.download("quake")["bytes_fetched"], self.size)


class Changed(SwarmTest):
    """Somebody patches the game on a source while it is fetched."""

    def change(self, peer: Peer) -> None:
        """All at once: while a file is being written, what is there so far may be taken for a version of its own."""
        written = self.folder / "game.pak"
        trees.write_random(written, self.megabytes * trees.MIB, 77)
        written.rename(peer.games_folder / "quake" / "game.pak")

    def test_another_source_still_has_what_is_wanted(self):
        self.make_original()
        olaf = self.new_peer("olaf")
        trees.copy_game(self.original, olaf.games_folder)
        self.start_swarm(6, olaf)
        self.get_all()
        self.wait_for_the_middle(0.3)
        self.change(self.alice)
        self.wait_until_all_done()
        self.assert_all_whole()
        self.assert_nothing_twice()
        self.assertFalse(any(entry["state"] == "banned" for peer in self.downloaders for entry in peer.peers()))

    def test_nobody_has_what_is_wanted_any_more(self):
        """What was begun cannot be ended, and is not mixed with what there is now; that can be fetched."""
        self.start_swarm(7)
        old = self.alice.game("quake")["versions"][0]["content"]
        self.get_all()
        self.wait_for_the_middle(0.3)
        self.change(self.alice)
        for peer in self.downloaders:
            self.assertTrue(self.wait_for_download(peer, "quake", "waiting_for_source")["reason"])
            self.assert_no_sentinel(peer.games_folder / "quake")

        def sees_the_new(peer: Peer) -> bool:
            return any(version["content"] != old and version["peers"] for version in peer.game("quake")["versions"])

        for peer in self.downloaders:
            wait_for(lambda p=peer: sees_the_new(p), 60, f"{peer.name} sees the changed game")
            self.assertEqual(peer.cli("cancel", "quake", "--delete").code, 0)
            self.wait_for_download(peer, "quake", "cancelled", seconds=10)
        self.original = self.alice.games_folder / "quake"
        self.get_all()
        self.wait_until_all_done()
        self.assert_all_whole()
        self.assertFalse(any(entry["state"] == "banned" for peer in self.downloaders for entry in peer.peers()))


if __name__ == "__main__":
    unittest.main()
