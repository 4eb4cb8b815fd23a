"""Cards, cables and addresses that halls have: several networks, VPNs, containers, and changes while peers run."""
import signal
import time
import unittest

import trees
import tunnel
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from ears import BeaconEars
from lab import Lab
from peer import Peer, wait_for

# Within this time after the link is there, peers know each other again.
BACK_SECONDS = 5


def game(games):
    """Takes some three seconds at 80 Mbit/s."""
    return trees.small_game(games, megabytes=30)


class Interfaces(LanTest):
    def known_networks(self, peer: Peer, other: Peer) -> set[str]:
        """The networks ("10.77", "fd77") of the addresses at which a peer would look for another, but for link-local
        ones, which are the same everywhere."""
        addresses = [address for address in peer.peer(other)["addresses"] if not address.startswith("[fe80:")]
        return {address[1:].split(":")[0] if address.startswith("[") else ".".join(address.split(".")[:2])
                for address in addresses}

    def wait_until_found_anew(self, peer: Peer, other: Peer) -> None:
        """Both know of each other by both paths; for a peer that nobody has met before."""
        for one, two in ((peer, other), (other, peer)):
            wait_for(lambda a=one, b=two: {"mdns", "beacon"} <= self.paths(a, b), 20, f"{one.name} found {two.name} anew")

    def second_network(self) -> Lab:
        lab = Lab(network=78)
        self.addCleanup(lab.close)
        return lab

    def start_at(self, lab: Lab, name: str, *options: str) -> Peer:
        peer = Peer(self.folder, name, lab.host(name), options)
        self.started.append(peer)
        return peer

    def test_a_peer_in_two_networks_meets_both_and_sends_nobody_into_the_other(self):
        other_network = self.second_network()
        alice, both = self.new_peer("alice"), self.new_peer("both")
        # So that a packet into the other network would leave at all.
        alice.host.run("ip", "route", "add", "default", "dev", "eth0")
        alice.host.count_outgoing("ip daddr 10.78.0.0/16")
        trees.small_game(alice.games_folder)
        both.host.add_card(other_network)
        both.start()
        bob = self.start_at(other_network, "bob").start()
        self.wait_until_connected(bob, both)
        alice.start()  # the last one, so that there is somebody to be told of when she comes
        self.wait_until_connected(alice, both)
        self.wait_until_seen(both, "quake")
        both.get("quake")
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")
        self.assertEqual(self.known_networks(alice, both), {"10.77", "fd77"})
        self.assertEqual(self.known_networks(bob, both), {"10.78", "fd78"})
        self.assertIsNone(alice.peer(bob))
        self.assertEqual(alice.host.counted(), 0, "alice was told of somebody whom she cannot reach")
        self.assertEqual({found["interface"] for found in both.peer(bob)["found_by"]} - {""}, {"eth1"})

    def test_containers_with_the_same_address_everywhere_mislead_nobody(self):
        alice, bob = (self.new_peer(name) for name in ("alice", "bob"))
        trees.small_game(alice.games_folder)
        for peer in (alice, bob):
            peer.host.add_container_bridge()
            peer.start()
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        for peer, other in ((alice, bob), (bob, alice)):
            self.assertEqual(self.known_networks(peer, other), {"10.77", "fd77"})
            self.assertTrue(peer.peer(other)["address"].startswith(("10.77.", "[fd77:", "[fe80:")))
        self.assertIn("172.17.0.1", " ".join(alice.status()["listen"]), "docker0 is not used at all")

    @unittest.skipIf(tunnel.why_not(), tunnel.why_not())
    def test_a_vpn_with_the_default_route_hides_nobody_in_the_hall_and_its_other_end_is_found(self):
        alice, bob = (self.new_peer(name) for name in ("alice", "bob"))
        office = self.start_at(self.second_network(), "office")
        vpn = tunnel.Tunnel(alice.host, office.host)
        self.addCleanup(vpn.close)
        alice.host.run("ip", "route", "add", "default", "dev", "tun0")
        trees.small_game(alice.games_folder)
        for peer in (alice, bob, office):
            peer.start()
        self.wait_until_connected(alice, bob)
        self.wait_until_connected(alice, office)
        self.assertEqual(self.known_networks(bob, alice), {"10.77", "fd77"})
        self.assertEqual(self.known_networks(office, alice), {"10.8"})
        self.assertIsNone(bob.peer(office), "bob was told of somebody whom he cannot reach")
        self.wait_until_seen(bob, "quake")
        bob.get("quake")

    def test_a_peer_that_listens_on_one_address_is_known_by_that_alone(self):
        alice = self.new_peer("alice", "--listen", "10.77.0.11")
        self.assertEqual(alice.host.address, "10.77.0.11")
        alice.start()
        bob = self.peer("bob")
        self.wait_until_connected(alice, bob)
        wait_for(lambda: "mdns" in {found["path"] for found in bob.peer(alice)["found_by"]}, 20, "bob knows what mDNS says")
        self.assertEqual(bob.peer(alice)["addresses"], [f"10.77.0.11:{alice.port}"])

    def test_a_card_that_is_put_in_later_shows_who_is_behind_it(self):
        other_network = self.second_network()
        alice = self.peer("alice")
        bob = self.start_at(other_network, "bob").start()
        self.assertEqual(alice.peers(), [])
        alice.host.add_card(other_network)
        self.wait_until_connected(alice, bob, seconds=BACK_SECONDS)
        self.assertEqual(self.known_networks(bob, alice), {"10.78", "fd78"})

    def test_a_peer_whose_cable_was_out_for_long_is_back_soon_after_it_is_in(self):
        alice = self.source("alice", game)
        alice.host.limit(80)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.2)
        bob.host.unplug()
        wait_for(lambda: not bob.is_connected_to(alice) and not alice.is_connected_to(bob), 40, "both gave up")
        bob.host.plug()
        self.wait_until_connected(alice, bob, seconds=BACK_SECONDS)
        self.wait_until_found_anew(bob, self.peer("carol"))
        self.wait_for_download(bob, "quake", "done")
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_an_address_that_changes_in_the_middle_of_a_download_costs_seconds(self):
        alice = self.source("alice", game)
        alice.host.limit(80)
        bob = self.peer("bob")
        # One family alone: else the connection may run over the other, which nothing happens to.
        for peer in (alice, bob):
            peer.host.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        for host, number, part in ((bob.host, 99, 0.2), (alice.host, 98, 0.5)):
            self.wait_for_progress(bob, "quake", part)
            address = host.change_address(number)
            before = bob.download("quake")["bytes_done"]
            wait_for(lambda b=before: bob.download("quake")["bytes_done"] > b + trees.MIB, BACK_SECONDS + 5,
                     f"the download goes on after {address}")
        self.wait_for_download(bob, "quake", "done")
        for peer, other in ((alice, bob), (bob, alice)):
            self.assertEqual([entry["id"] for entry in peer.peers()], [other.id], "the same peer is one peer")
            self.assertIn(other.host.address, peer.peer(other)["address"])
        carol = self.peer("carol")
        self.wait_until_found_anew(bob, carol)
        self.assertIn(bob.host.address, carol.peer(bob)["address"])
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_a_pc_that_slept_asks_anew_at_once(self):
        ears = BeaconEars(self.lab.host("ears"))
        self.addCleanup(ears.close)
        bob = self.peer("bob")
        asked = 0

        def all_asked():
            nonlocal asked
            asked += ears.questions_from(bob.host.address)
            return asked >= 6  # three times, to two broadcast addresses: from then on he only tells

        wait_for(all_asked, 10, "bob has asked as everybody does at the start")
        bob.process.send_signal(signal.SIGSTOP)  # to the clocks of a program a stop is what a suspended PC is
        time.sleep(7)  # the length of the sleep; nothing is decided by it
        self.assertEqual(ears.questions_from(bob.host.address), 0)
        bob.process.send_signal(signal.SIGCONT)
        wait_for(lambda: ears.questions_from(bob.host.address), BACK_SECONDS, "bob asked anew")
        self.assertTrue(bob.events("network_changed"))

    def test_the_loopback_serves_where_there_is_nothing_else(self):
        alice = self.new_peer("alice")
        alice.host.run("ip", "link", "set", "eth0", "down")
        bob = Peer(self.folder, "bob", alice.host)
        self.started.append(bob)
        alice.start()
        bob.start()
        self.wait_until_connected(alice, bob)


if __name__ == "__main__":
    unittest.main()
