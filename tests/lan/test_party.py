"""Who is here, and what they have, stays true: changes, goodbyes, and peers that vanish."""
import shutil
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import wait_for


class Party(LanTest):
    def test_a_game_that_is_added_is_seen_by_the_others_and_one_that_is_removed_is_not(self):
        alice = self.source("alice", trees.small_game)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        trees.small_game(alice.games_folder, "doom", seed=2)
        alice.ask("rescan")
        self.wait_until_seen(bob, "doom")
        shutil.rmtree(alice.games_folder / "quake")
        alice.ask("rescan")
        wait_for(lambda: not bob.sees("quake"), 10, "bob no longer sees what alice removed")
        self.assertTrue(bob.sees("doom"))

    def test_a_goodbye_is_heard_at_once(self):
        alice = self.peer("alice")
        bob = self.peer("bob")
        wait_for(lambda: bob.is_connected_to(alice), 10, "bob and alice are connected")
        alice_id = alice.id
        alice.end()
        # Far below the time after which a silent peer is given up.
        wait_for(lambda: bob.events("peer_left"), 5, "bob heard that alice left")
        self.assertEqual([event["peer"] for event in bob.events("peer_left")], [alice_id])
        self.assertFalse(bob.is_connected_to(alice))

    def test_a_killed_peer_is_noticed_by_what_its_host_answers(self):
        alice = self.source("alice", trees.small_game)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        alice.kill()
        wait_for(lambda: not bob.is_connected_to(alice), 60, "bob gave alice up")
        (event,) = bob.events("peer_left")
        self.assertIn("program has ended", event["text"])  # rather than silence, which takes three times as long

    def test_a_peer_whose_cable_is_out_is_gone_after_the_stale_time(self):
        alice = self.source("alice", trees.small_game)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        alice.host.unplug()
        wait_for(lambda: not bob.is_connected_to(alice), 60, "bob gave alice up")
        wait_for(lambda: not bob.sees("quake"), 5, "what only alice had is gone with her")
        self.assertEqual(len(bob.events("peer_left")), 1)

    def test_a_peer_that_comes_back_with_the_same_state_is_the_same_peer(self):
        alice = self.source("alice", trees.small_game)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        before = alice.id
        alice.kill()
        alice.start()
        self.assertEqual(alice.id, before)
        wait_for(lambda: bob.is_connected_to(alice) and bob.sees("quake"), 60, "alice is back")
        self.assertEqual(len([entry for entry in bob.peers() if entry["id"] == before]), 1)

    def test_five_peers_all_see_each_other(self):
        peers = [self.peer(name) for name in ("alice", "bob", "carol", "dave", "eve")]
        for peer in peers:
            for other in peers:
                if other is not peer:
                    wait_for(lambda a=peer, b=other: a.is_connected_to(b), 20, f"{peer.name} and {other.name}")


if __name__ == "__main__":
    unittest.main()
