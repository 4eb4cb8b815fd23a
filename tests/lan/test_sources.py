"""Sources come and go while a game is fetched."""
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import wait_for

MEGABYTES = 60


def middle_sized_game(games):
    """Takes some six seconds at the 80 Mbit/s that these tests limit links to, so that there is a middle to meet."""
    return trees.small_game(games, megabytes=MEGABYTES)


class Sources(LanTest):
    def test_two_sources_share_the_work_and_one_is_killed_in_the_middle(self):
        alice = self.source("alice", middle_sized_game)
        carol = self.source("carol", middle_sized_game)
        bob = self.peer("bob")
        for source in (alice, carol):
            source.host.limit(40)
        self.wait_until_seen(bob, "quake", peers=2)
        bob.start_get("quake")

        def both_have_sent():
            return sum(source["bytes"] > 0 for source in bob.download("quake")["sources"]) == 2

        wait_for(both_have_sent, 30, "both sources have sent something")
        self.assertNotEqual(bob.download("quake")["state"], "done")
        carol.kill()
        self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertEqual(len(bob.events("download_done")), 1)

    def test_a_source_that_joins_in_the_middle_is_used(self):
        alice = self.source("alice", middle_sized_game)
        alice.host.limit(40)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.1)
        carol = self.source("carol", middle_sized_game)
        download = self.wait_for_download(bob, "quake", "done")
        self.assertIn(carol.id, [source["peer"] for source in download["sources"] if source["bytes"] > 0])

    def test_when_all_sources_are_gone_the_download_waits_and_ends_when_one_is_back(self):
        alice = self.source("alice", middle_sized_game)
        alice.host.limit(80)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.2)
        alice.end()
        download = self.wait_for_download(bob, "quake", "waiting_for_source", seconds=10)
        self.assertTrue(download["reason"])
        self.assert_no_sentinel(bob.games_folder / "quake")
        alice.start()
        download = self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertEqual(len(bob.events("all_sources_gone")), 1)
        self.assertEqual(len(bob.events("download_done")), 1)
        # What was in flight when alice left was not verified, and is not counted.
        self.assertLess(download["bytes_fetched"], download["bytes_total"] + 8 * trees.MIB)

    def test_a_source_that_is_killed_and_started_again_is_used_again(self):
        alice = self.source("alice", middle_sized_game)
        alice.host.limit(80)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.2)
        alice.kill()
        alice.start()
        self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_who_is_fetching_a_game_is_a_source_of_it_when_nobody_has_it_complete(self):
        alice = self.source("alice", middle_sized_game)
        alice.host.limit(80)
        bob = self.peer("bob")
        carol = self.peer("carol")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.3)
        alice.end()

        def only_bob_has_a_part():
            game = carol.game("quake")
            versions = game["versions"] if game else []
            return [(version["peers"], version["partial_peers"]) for version in versions] == [([], [bob.name])]

        wait_for(only_bob_has_a_part, 10, "carol sees that bob has a part, and nobody all")
        self.assertIn("IN PART AT", carol.cli("show", "quake").output)
        self.assertEqual(carol.peer(bob)["games"], 0)
        carol.start_get("quake")
        self.wait_for_progress(carol, "quake", 0.25)
        alice.start()
        for peer in (bob, carol):
            self.wait_for_download(peer, "quake", "done")
            self.assert_same(alice.games_folder / "quake", peer.games_folder / "quake")
        wait_for(lambda: carol.peer(bob)["games"] == 1, 10, "carol is told that bob has it complete")


if __name__ == "__main__":
    unittest.main()
