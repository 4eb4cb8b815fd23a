"""Peers find each other, by each path, and then one fetches from the other."""
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import wait_for


class Discovery(LanTest):
    def test_two_peers_find_each_other_by_mdns_and_one_fetches(self):
        alice = self.source("alice", trees.small_game)
        bob = self.peer("bob")
        wait_for(lambda: bob.is_connected_to(alice) and alice.is_connected_to(bob), 10, "bob and alice are connected")
        paths = {found["path"] for peer, other in ((bob, alice), (alice, bob)) for found in peer.peer(other)["found_by"]}
        self.assertIn("mdns", paths)
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_a_peer_that_starts_later_is_found_too(self):
        bob = self.peer("bob", "--fetch", "quake")
        alice = self.source("alice", trees.small_game)
        wait_for(lambda: bob.has("quake"), 30, "bob fetched the game that he was started for")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_connect_finds_a_peer_where_discovery_is_off(self):
        alice = self.source("alice", trees.small_game, "--no-discovery")
        bob = self.peer("bob", "--no-discovery")
        entry = bob.ask("connect", f"{alice.host.address}:{alice.port}")
        self.assertEqual(entry["id"], alice.id)
        self.wait_until_seen(bob, "quake")
        self.assertEqual([found["path"] for found in bob.peer(alice)["found_by"]], ["connect"])
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_without_discovery_and_connect_nobody_is_found(self):
        alice = self.peer("alice", "--no-discovery")
        bob = self.peer("bob", "--no-discovery")
        carol = self.peer("carol", "--no-discovery")
        carol.ask("connect", f"{bob.host.address}:{bob.port}")
        wait_for(lambda: carol.is_connected_to(bob), 10, "carol and bob are connected")
        self.assertIsNone(bob.peer(alice))
        self.assertEqual(alice.peers(), [])

    def test_connect_works_where_a_filter_drops_mdns(self):
        alice = self.new_peer("alice")
        bob = self.new_peer("bob")
        for peer in (alice, bob):
            peer.host.drop_incoming("udp dport 5353")
        trees.small_game(alice.games_folder)
        alice.start()
        bob.start("--connect", f"{alice.host.address}:{alice.port}")
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_an_address_that_was_typed_is_dialled_until_somebody_answers(self):
        alice = self.new_peer("alice", "--no-discovery", "--listen", "10.77.0.11:7000")
        self.assertEqual(alice.host.address, "10.77.0.11")
        bob = self.peer("bob", "--no-discovery", "--connect", "10.77.0.11:7000")
        trees.small_game(alice.games_folder)
        alice.start()
        self.assertEqual(alice.port, 7000)
        wait_for(lambda: bob.is_connected_to(alice), 60, "bob reached alice")

    def test_a_peer_is_reached_by_host_and_port_over_ipv6(self):
        alice = self.source("alice", trees.small_game, "--no-discovery")
        bob = self.peer("bob", "--no-discovery")
        bob.ask("connect", f"[{alice.host.address6}]:{alice.port}")
        self.wait_until_seen(bob, "quake")
        self.assertIn(alice.host.address6, bob.peer(alice)["address"])
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_peers_find_each_other_where_only_ipv6_passes(self):
        alice = self.new_peer("alice")
        bob = self.new_peer("bob")
        for peer in (alice, bob):
            peer.host.run("ip", "addr", "flush", "dev", "eth0", "scope", "global")
            peer.host.run("nft", "add table ip lab; "
                          "add chain ip lab incoming { type filter hook input priority 0; policy drop; }")
        trees.small_game(alice.games_folder)
        alice.start()
        bob.start()
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")


if __name__ == "__main__":
    unittest.main()
