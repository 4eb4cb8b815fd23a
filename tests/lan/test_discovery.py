"""Peers find each other, by each path, and then one fetches from the other."""
import unittest
from collections.abc import Callable
from itertools import combinations

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from lab import Host
from peer import Peer, wait_for


class Discovery(LanTest):
    def fetch(self, source: Peer, peer: Peer) -> None:
        self.wait_until_seen(peer, "quake")
        peer.get("quake")
        self.assert_same(source.games_folder / "quake", peer.games_folder / "quake")

    def assert_found_by(self, path: str, one: Peer, other: Peer) -> None:
        """That path alone worked; where the other dialled first, that is known, too."""
        wait_for(lambda: path in self.paths(one, other) and path in self.paths(other, one), 10, f"both know of {path}")
        for paths in (self.paths(one, other), self.paths(other, one)):
            self.assertEqual(paths - {"incoming"}, {path})

    def two_with_filters(self, *filters: Callable[[Host], None]) -> tuple[Peer, Peer]:
        """Two peers, one with a game, on hosts with these filters."""
        alice, bob = self.new_peer("alice"), self.new_peer("bob")
        trees.small_game(alice.games_folder)
        for peer in (alice, bob):
            for drop in filters:
                drop(peer.host)
            peer.start()
        self.wait_until_connected(alice, bob)
        return alice, bob

    def test_two_peers_find_each_other_by_every_path_and_one_fetches(self):
        alice = self.source("alice", trees.small_game)
        bob = self.peer("bob")
        self.wait_until_connected(alice, bob)
        for peer, other in ((alice, bob), (bob, alice)):
            wait_for(lambda a=peer, b=other: {"mdns", "beacon"} <= self.paths(a, b), 20, f"{peer.name} knows both paths")
            cards = {found["interface"] for found in peer.peer(other)["found_by"] if found["path"] in ("mdns", "beacon")}
            self.assertEqual(cards, {"eth0"})
        self.fetch(alice, bob)
        running = {service["name"]: service["running"] for service in alice.status()["services"]}
        self.assertTrue(running["mdns"] and running["beacon"] and running["network"])

    def test_mdns_is_enough(self):
        alice, bob = self.two_with_filters(lambda host: host.drop_incoming("udp dport 21470"))
        self.assert_found_by("mdns", alice, bob)
        self.fetch(alice, bob)

    def test_where_multicast_is_dropped_broadcasts_are_enough(self):
        alice, bob = self.two_with_filters(Host.drop_multicast)
        self.assert_found_by("beacon", alice, bob)
        self.fetch(alice, bob)

    def test_where_broadcasts_are_dropped_and_mdns_is_the_group_of_the_beacon_is_enough(self):
        alice, bob = self.two_with_filters(Host.drop_broadcast, lambda host: host.drop_incoming("udp dport 5353"))
        self.assert_found_by("beacon", alice, bob)

    def test_cards_that_cannot_multicast_at_all_find_each_other(self):
        alice, bob = self.two_with_filters(lambda host: host.run("ip", "link", "set", "eth0", "multicast", "off"))
        self.assert_found_by("beacon", alice, bob)

    def test_where_everything_is_dropped_one_typed_host_shows_the_rest(self):
        peers = [self.new_peer(name) for name in ("alice", "bob", "carol", "dave")]
        for peer in peers:
            peer.host.drop_multicast()
            peer.host.drop_broadcast()
            peer.start()
        alice, bob, carol, dave = peers
        self.assertEqual(bob.peers(), [])
        for peer in (bob, carol, dave):
            # No port is typed: the beacon's, which every peer has, is asked for it.
            self.assertEqual(peer.ask("connect", alice.host.address)["id"], alice.id)
        self.wait_until_connected(*peers)
        self.assertEqual(self.paths(bob, alice) - {"incoming"}, {"connect"})
        for one, other in combinations((bob, carol, dave), 2):
            self.assertIn("gossip", self.paths(one, other) | self.paths(other, one))

    def test_a_peer_behind_a_firewall_that_lets_answers_in_alone_dials_the_others(self):
        alice = self.new_peer("alice")
        alice.host.drop_strangers()
        trees.small_game(alice.games_folder)
        bob = self.peer("bob")
        carol = self.peer("carol")
        self.wait_until_connected(bob, carol)
        alice.start("--connect", f"{bob.host.address}:{bob.port}")
        self.wait_until_connected(alice, bob, carol, seconds=15)
        self.assertIn("gossip", self.paths(alice, carol))
        self.fetch(alice, carol)

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
