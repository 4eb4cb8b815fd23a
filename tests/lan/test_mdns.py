"""mDNS with others that speak it: a real avahi-daemon sees us, we see what it publishes; and with those that flood."""
import random
import socket
import struct
import threading
import time
import unittest

import avahi
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from lab import Host
from peer import Peer, wait_for

GROUP = ("224.0.0.251", 5353)
SERVICE = b"\x0a_lanspread\x04_udp\x05local\0"


def record(name: bytes, kind: int, lifetime: int, data: bytes) -> bytes:
    return name + struct.pack(">HHIH", kind, 1, lifetime, len(data)) + data


def inventions(source: random.Random) -> bytes:
    """A response of some 7,000 bytes that tells of 20 peers that are not there, at addresses of somebody else's."""
    records = []
    for _ in range(20):
        id = source.randbytes(32).hex().encode()
        instance, host = b"\x10" + id[:16] + SERVICE, b"\x20" + id[:32] + b"\x05local\0"
        text = b"".join(bytes([len(entry)]) + entry for entry in (b"id=" + id, b"v=1", b"name=invented"))
        records += [record(SERVICE, 12, 10, instance), record(instance, 33, 120, struct.pack(">3H", 0, 0, 7) + host),
                    record(instance, 16, 10, text), record(host, 1, 10, socket.inet_aton("203.0.113.5"))]
    return struct.pack(">6H", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)


def flood(host: Host, packets: list[bytes], is_over: threading.Event) -> None:
    """Sends them to all on the LAN, from port 5353, as fast as it goes."""
    with host.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((host.address, GROUP[1]))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host.address))
        while not is_over.is_set():
            for packet in packets:
                sender.sendto(packet, GROUP)


@unittest.skipUnless(avahi.is_installed(), "avahi-daemon, avahi-utils or dbus is not installed")
class BesideAvahi(LanTest):
    def avahi_on(self, host) -> avahi.Avahi:
        started = avahi.Avahi(self.folder, host)
        self.addCleanup(started.close)
        return started

    def wait_for_services(self, daemon: avahi.Avahi, count: int) -> list[avahi.Service]:
        """All that the daemon sees, once there are that many, over IPv4 and IPv6 each."""
        return wait_for(lambda: (found := daemon.services()) and len(found) >= 2 * count and found, 20,
                        f"avahi-browse on {daemon.host.name} sees {count}")

    def assert_seen(self, service: avahi.Service, peer: Peer, name: str) -> None:
        own = {peer.host.address, peer.host.address6}
        self.assertEqual(service.name, name)
        self.assertEqual(service.port, peer.port)
        self.assertEqual(service.text["id"], peer.id)
        self.assertEqual(service.text["v"], "1")
        self.assertEqual(service.text["name"], peer.name)
        self.assertRegex(service.text["epoch"], "^[0-9a-f]{1,16}$")
        self.assertTrue(service.address in own or service.address.startswith("fe80:"), service)

    def test_avahi_sees_us_from_another_host_and_from_our_own(self):
        alice = self.new_peer("alice")
        beside = self.avahi_on(alice.host)
        alice.start()
        bob = self.peer("bob")
        elsewhere = self.avahi_on(self.lab.host("carol"))
        for daemon in (elsewhere, beside):
            services = self.wait_for_services(daemon, 2)
            self.assertEqual(len(services), 4, "two peers, over IPv4 and IPv6")
            for service in services:
                peer = alice if service.text["id"] == alice.id else bob
                self.assert_seen(service, peer, peer.id[:16])
            self.assertEqual({service.protocol for service in services}, {"IPv4", "IPv6"})
            self.assertEqual(daemon.resolve(f"{bob.id[:32]}.local", "-4"), bob.host.address)
            self.assertRegex(daemon.resolve(f"{bob.id[:32]}.local", "-6"), f"^({bob.host.address6}|fe80:.*)$")
            self.assertIn("_lanspread._udp", {line.split(";")[4] for line in daemon.browse("--all", "--no-db-lookup")})
        wait_for(lambda: alice.is_connected_to(bob) and bob.is_connected_to(alice), 10,
                 "the daemon on the same port does not hide them from each other")
        for one, other in ((alice, bob), (bob, alice)):
            self.assertIn("mdns", {found["path"] for found in one.peer(other)["found_by"]})
        alice.end()
        wait_for(lambda: {service.text["id"] for service in elsewhere.services()} == {bob.id}, 10, "alice said goodbye")

    def test_we_see_what_avahi_publishes(self):
        alice = self.new_peer("alice")
        self.avahi_on(alice.host)
        bob = self.peer("bob", "--no-discovery")
        published = self.avahi_on(bob.host)
        published.publish("Bob's games", bob.port, f"id={bob.id}", "v=1", "name=bob from avahi")
        alice.start()
        wait_for(lambda: alice.is_connected_to(bob), 10, "alice found what avahi published for bob")
        self.assertEqual({found["path"] for found in alice.peer(bob)["found_by"]}, {"mdns"})

    def test_a_name_that_avahi_has_stays_its_and_ours_stays_ours(self):
        alice = self.peer("alice")
        label = alice.id[:16]
        alice.end()
        squatter = self.avahi_on(self.lab.host("dave"))
        squatter.publish(label, 9, "v=1")
        alice.start()
        bob = self.peer("bob")
        wait_for(lambda: bob.is_connected_to(alice), 10, "bob and alice are connected whatever their names are")
        services = wait_for(lambda: (found := squatter.services()) and len(found) >= 6 and found, 20,
                            "all three are there under names of their own")
        names = {service.port: service.name for service in services}
        self.assertEqual(names, {9: label, alice.port: f"{label}-2", bob.port: bob.id[:16]})
        self.assertIn("somebody else has our mDNS name", alice.log_tail(1000))

        late = self.avahi_on(self.lab.host("erin"))
        late.publish(bob.id[:16], 10, "v=1")
        names = {service.port: service.name for service in self.wait_for_services(late, 4)}
        self.assertEqual(names[bob.port], bob.id[:16], "who has a name defends it")
        self.assertNotEqual(names[10], bob.id[:16])


class Flood(LanTest):
    def test_a_flood_of_invented_peers_starves_nobody(self):
        alice = self.peer("alice")
        mallory = self.lab.host("mallory")
        is_over = threading.Event()
        packets = [inventions(self.random) for _ in range(100)]
        flooder = threading.Thread(target=flood, args=(mallory, packets, is_over))
        flooder.start()
        self.addCleanup(flooder.join)
        self.addCleanup(is_over.set)
        began, sent = time.monotonic(), alice.host.bytes_sent()
        bob = self.peer("bob")
        wait_for(lambda: bob.is_connected_to(alice) and alice.is_connected_to(bob), 20, "they are connected anyway")
        while time.monotonic() < began + 4:
            alice.status()
        self.assertTrue(flooder.is_alive(), "the flood goes on to the end")
        bytes_a_second = (alice.host.bytes_sent() - sent) / (time.monotonic() - began)
        self.assertLess(bytes_a_second, 200_000, "what alice is made to send")
        self.assertEqual([peer["id"] for peer in alice.peers()], [bob.id], "nobody that was invented is listed")


if __name__ == "__main__":
    unittest.main()
