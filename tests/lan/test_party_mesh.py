"""Who is connected with whom: many at once, through others, under one name, with one key, and after coming back."""
import os
import shutil
import unittest

from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for


def connected(peer: Peer) -> set[str]:
    """The ids of those that a peer is connected to."""
    return {entry["id"] for entry in peer.peers() if entry["state"] == "connected"}


class PartyMesh(LanTest):
    def wait_for_mesh(self, peers: list[Peer], seconds: float = 60) -> None:
        """Waits until all are connected with all. Each is asked until it is; looking takes time from what is looked at."""
        for peer in peers:
            others = {other.id for other in peers if other is not peer}
            wait_for(lambda p=peer, ids=others: ids <= connected(p), seconds, f"{peer.name} is connected with all")

    def restart(self, peer: Peer, *options: str) -> None:
        """Ends a peer without a goodbye, and starts it again."""
        peer.kill()
        peer.start(*options)

    def test_thirty_peers_that_start_at_once_are_all_connected_and_nobody_comes_twice(self):
        peers = [self.new_peer(f"peer{number}") for number in range(30)]
        for peer in peers:
            peer.log_level = "info"
            peer.launch()
        for peer in peers:
            peer.wait_until_ready()
        self.wait_for_mesh(peers)
        for peer in peers:
            self.assertEqual(peer.status()["peers"], 29)
            self.assertEqual(len(peer.events("peer_joined")), 29, f"{peer.name}: each peer has come once")
            self.assertEqual(peer.events("peer_left"), [])
            self.assertEqual([service for service in peer.status()["services"] if service["restarts"]], [])

    def test_peers_that_know_one_other_each_find_all_through_them(self):
        peers: list[Peer] = []
        for name in ("alice", "bob", "carol", "dave", "eve"):
            typed = ("--connect", f"{peers[-1].host.address}:{peers[-1].port}") if peers else ()
            peers.append(self.peer(name, "--no-discovery", *typed))
        self.wait_for_mesh(peers)
        alice, eve = peers[0], peers[-1]
        self.assertIn("gossip", self.paths(alice, eve) | self.paths(eve, alice))
        told = [found for peer, other in ((alice, eve), (eve, alice)) for found in peer.peer(other)["found_by"]
                if found["path"] == "gossip"]
        self.assertLessEqual({found["interface"] for found in told}, {"bob", "carol", "dave"})
        self.assertRegex(alice.cli("peers").output + eve.cli("peers").output, r"gossip from (bob|carol|dave) \d+ s ago")
        # One that comes back is found again by those who knew it, and says who it is.
        self.restart(peers[2])
        self.wait_for_mesh(peers)

    def test_two_peers_of_one_name_are_both_shown(self):
        alice = self.peer("alice")
        twins = [self.new_peer(host) for host in ("first", "second")]
        for twin in twins:
            twin.name = "bob"
            twin.start()
        self.wait_for_mesh([alice, *twins])
        self.assertEqual(sorted(entry["name"] for entry in alice.peers()), ["bob", "bob"])
        table = alice.cli("peers").output
        for twin in twins:
            self.assertIn(twin.id[:12], table)

    def test_a_copied_identity_is_told_to_everybody(self):
        carol = self.peer("carol")
        alice = self.peer("alice")
        copy = self.new_peer("copy")
        shutil.copytree(alice.state / "identity", copy.state / "identity")
        os.chmod(copy.state, 0o700)
        copy.start()
        self.assertEqual(copy.id, alice.id)
        for peer, addresses in ((carol, (alice.host.address, copy.host.address)), (alice, (copy.host.address,)),
                                (copy, (alice.host.address,))):
            problem = wait_for(lambda p=peer: [text for text in p.status()["problems"] if "same identity" in text], 30,
                               f"{peer.name} says that there are two")[0]
            for address in addresses:
                self.assertIn(address, problem)
            self.assertIn("delete the state folder of one", problem)
            self.assertTrue(peer.events("clone_found"))
        self.assertIn("same identity", carol.cli("peers").output)
        copy.kill()
        shutil.rmtree(copy.state / "identity")
        copy.start()
        self.wait_for_mesh([alice, copy, carol])

    def test_a_peer_that_comes_back_with_another_address_is_the_same_peer(self):
        alice = self.peer("alice")
        bob = self.peer("bob")
        self.wait_for_mesh([alice, bob])
        alice.kill()
        alice.host.run("ip", "addr", "del", f"{alice.host.address}/24", "dev", "eth0")
        alice.host.run("ip", "addr", "add", "10.77.0.99/24", "brd", "+", "dev", "eth0")
        alice.start()

        def is_back() -> bool:
            entry = bob.peer(alice)
            return bool(entry) and entry["state"] == "connected" and any(
                address.startswith("10.77.0.99:") for address in entry["addresses"])

        wait_for(is_back, 30, "alice is back, at her new address")
        self.assertEqual([entry["id"] for entry in bob.peers()], [alice.id])

    def test_a_flapping_peer_is_no_burden_to_the_others(self):
        alice = self.peer("alice")
        bob = self.peer("bob")
        carol = self.peer("carol")
        self.wait_for_mesh([alice, bob, carol])
        for _ in range(10):
            self.restart(carol)
        self.wait_for_mesh([alice, bob, carol])
        for peer in (alice, bob):
            kinds = [event["kind"] for event in peer.events() if event["peer"] == carol.id
                     and event["kind"] in ("peer_joined", "peer_left")]
            self.assertEqual(kinds, (["peer_joined", "peer_left"] * len(kinds))[:len(kinds)], "they alternate")
            self.assertEqual(peer.events("clone_found"), [], "a peer that starts anew is no copy of itself")
        self.assertEqual([event for event in alice.events("peer_left") if event["peer"] == bob.id], [])

    def test_addresses_of_the_settings_are_dialled_at_every_start(self):
        alice = self.peer("alice", "--no-discovery", "--listen", "10.77.0.11:7000")
        bob = self.peer("bob", "--no-discovery")
        bob.ask("settings", "connect", f"{alice.host.address}:7000 10.77.0.200:7000")
        wait_for(lambda: bob.is_connected_to(alice), 10, "bob dials at once")
        self.restart(bob)
        self.assertEqual(bob.ask("settings")["connect"], "10.77.0.11:7000 10.77.0.200:7000")
        wait_for(lambda: bob.is_connected_to(alice), 10, "bob dials at its start")
        self.assertEqual([entry["address"] for entry in bob.peers() if not entry["id"]], ["10.77.0.200:7000"])
        bob.ask("settings", "connect", "off")
        wait_for(lambda: len(bob.peers()) == 1, 10, "what is in the list no more is not dialled")
        refused = bob.cli("settings", "connect", "10.77.0.11:0")
        self.assertNotEqual(refused.code, 0)
        self.assertIn("10.77.0.11:0", refused.errors)


if __name__ == "__main__":
    unittest.main()
