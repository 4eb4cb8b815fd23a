"""Bad and good networks: cut cables, large packets, a stranger who sends garbage."""
import sys
import time
import unittest
from pathlib import Path

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import wait_for

SPRAYER = str(Path(__file__).with_name("sprayer.py"))


def game(games):
    """Takes some six seconds at 80 Mbit/s."""
    return trees.small_game(games, megabytes=60)


class Network(LanTest):
    def test_a_cable_that_is_cut_in_the_middle_costs_nothing_but_the_time(self):
        alice = self.source("alice", game)
        alice.host.limit(80)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.2)
        bob.host.unplug()
        time.sleep(5)  # the length of the cut; nothing is decided by it
        self.assert_no_sentinel(bob.games_folder / "quake")
        bob.host.plug()
        self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertLess(alice.host.bytes_sent(), 60 * trees.MIB * 1.4)

    def test_garbage_from_a_stranger_does_no_harm(self):
        alice = self.source("alice", game)
        alice.host.limit(80)
        bob = self.peer("bob")
        mallory = self.lab.host("mallory")
        sprayers = [mallory.popen(sys.executable, SPRAYER, address, str(port), str(self.seed))
                    for peer in (alice, bob)
                    for address, port in ((peer.host.address, peer.port), (peer.host.address6, peer.port),
                                          (peer.host.address, 5353))]
        sprayers.append(mallory.popen(sys.executable, SPRAYER, "224.0.0.251", "5353", str(self.seed)))
        try:
            self.wait_until_seen(bob, "quake")
            bob.get("quake")
            for sprayer in sprayers:
                self.assertIsNone(sprayer.poll(), "the sprayer ended before the transfer did")
        finally:
            for sprayer in sprayers:
                sprayer.kill()
                sprayer.wait()
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        for peer, other in ((alice, bob), (bob, alice)):
            self.assertTrue(peer.is_connected_to(other))
            self.assertEqual([service for service in peer.status()["services"] if service["restarts"]], [])


class LargePackets(LanTest):
    mtu = 9000

    def test_a_path_that_takes_large_packets_is_found_and_used(self):
        alice = self.source("alice", game)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        for peer, other in ((alice, bob), (bob, alice)):
            wait_for(lambda a=peer, b=other: a.peer(b)["mtu"] > 1500, 20, f"{peer.name} found the large packets")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")


class MixedPackets(LanTest):
    mtu = 9000

    def test_a_path_that_drops_large_packets_without_a_word_still_works(self):
        alice = self.source("alice", game)
        bob = self.new_peer("bob")
        for host in (alice.host, bob.host):
            host.send_singly()
            host.drop_incoming("meta length > 1500")
        bob.start()
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")


if __name__ == "__main__":
    unittest.main()
