"""`lanspread doctor`: what it finds on networks that are well, and on such that are not."""
import subprocess
import unittest

from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from faulty import FaultyPeer
from lab import run
from peer import Answer, Peer, wait_for

# Lets in nothing that was not asked for, as PCs are often set up.
STATEFUL = """
    add table inet filter
    add chain inet filter input { type filter hook input priority 0; policy drop; }
    add rule inet filter input iif lo accept
    add rule inet filter input ct state established,related accept
    add rule inet filter input meta l4proto { icmp, ipv6-icmp } accept
    """


class Doctor(LanTest):
    def examine(self, peer: Peer, *options: str) -> Answer:
        """Runs `lanspread doctor --json` on the peer's host."""
        command = peer.host.command(*peer.command("doctor", "--json", *options))
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60,
                              stdin=subprocess.DEVNULL)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        answer = Answer(done.returncode, done.stdout, done.stderr)
        self.assertEqual(answer.document["good"], answer.code == 0)
        return answer

    def connected(self, *names: str) -> list[Peer]:
        """Peers that are all connected to each other."""
        peers = [self.peer(name) for name in names]
        self.wait_until_connected(*peers, seconds=20)
        return peers

    def findings(self, answer: Answer, topic: str, severity: str = "problem") -> list[dict]:
        return [finding for finding in answer.document["findings"]
                if finding["topic"] == topic and finding["severity"] == severity]

    def reach(self, answer: Answer, one: Peer, other: Peer) -> dict:
        """How one sees the other."""
        (row,) = [row for row in answer.document["reach"] if (row["from"], row["to"]) == (one.id, other.id)]
        return row

    def multicast(self, answer: Answer) -> dict[str, str]:
        """The verdict on each way to be found, on the only card."""
        return {row["path"]: row["verdict"] for row in answer.document["multicast"] if row["interface"] == "eth0"}

    def drop_at_the_switch(self, match: str) -> None:
        run("ip", "netns", "exec", self.lab.switch, "nft", "add table bridge lab; "
            "add chain bridge lab forward { type filter hook forward priority 0; }; "
            f"add rule bridge lab forward {match} drop")

    def test_alone_it_says_what_cannot_be_tested(self):
        alice = self.new_peer("alice")
        without = self.examine(alice)
        self.assertEqual(without.code, 0)
        self.assertFalse(without.document["peer_running"])
        self.assertIn("eth0", [row["name"] for row in without.document["interfaces"] if row["usable"]])
        alice.start()
        answer = self.examine(alice)
        self.assertEqual((answer.code, self.findings(answer, "peer", "note") != []), (0, True))
        self.assertEqual(self.multicast(answer), {"mdns": "cannot be tested alone", "beacon": "cannot be tested alone"})
        self.assertIn(alice.port, [row["port"] for row in answer.document["ports"]])
        alice.host.unplug()
        self.assertTrue(self.findings(self.examine(alice), "interface"))

    def test_two_peers_that_are_well_and_how_fast_they_are(self):
        alice, bob = self.connected("alice", "bob")
        alice.host.limit(50)
        answer = self.examine(alice, "--speed")
        self.assertEqual(answer.code, 0, answer.output)
        self.assertEqual(self.multicast(answer), {"mdns": "works", "beacon": "works"})
        _, row = answer.document["peers"]
        self.assertEqual((row["id"], row["dial_back"]), (bob.id, "reached"))
        self.assertLess(abs(row["clock_ahead_ms"]), 1000)
        for one, other in ((alice, bob), (bob, alice)):
            cell = self.reach(answer, one, other)
            self.assertEqual(cell["state"], "connected")
            self.assertGreater(cell["round_trip_ms"], 0)
            self.assertGreater(cell["megabits"], 10)
            self.assertLess(cell["megabits"], 100)
        self.assertEqual(len(alice.events("peer_joined")), 1, "what dials back joins nobody")

        bob.cli("settings", "speed_tests", "off")
        refused = self.examine(alice, "--speed")
        for one, other in ((alice, bob), (bob, alice)):
            cell = self.reach(refused, one, other)
            self.assertEqual(cell["megabits"], 0)
            self.assertIn("speed_tests", cell["speed_problem"])

    def test_a_firewall_is_found_and_the_line_that_is_told_opens_it(self):
        bob = self.peer("bob")
        alice = self.new_peer("alice", "--connect", f"{bob.host.address}:{bob.port}")
        alice.host.run("nft", STATEFUL)
        alice.start()
        self.wait_until_connected(alice, bob, seconds=20)
        answer = self.examine(alice)
        self.assertEqual(answer.code, 1)
        self.assertEqual({row["firewall"] for row in answer.document["ports"]}, {"closed"})
        _, row = answer.document["peers"]
        self.assertEqual(row["dial_back"], "failed")
        (closed,) = self.findings(answer, "firewall")
        (unreached,) = self.findings(answer, "reach")
        self.assertIn(str(alice.port), unreached["text"])
        (line,) = closed["remedy"]
        self.assertEqual(unreached["remedy"], [line])
        alice.host.run("sh", "-c", line.removeprefix("sudo "))
        mended = self.examine(alice)
        self.assertEqual(mended.code, 0, mended.output)
        self.assertEqual({row["firewall"] for row in mended.document["ports"]}, {"open"})
        self.assertEqual(mended.document["peers"][1]["dial_back"], "reached")
        self.assertEqual(self.multicast(mended), {"mdns": "works", "beacon": "works"})

    def test_a_pair_that_cannot_meet_and_multicast_that_a_switch_drops_are_told(self):
        alice = self.peer("alice")
        bob, carol = self.new_peer("bob"), self.new_peer("carol")
        carol.host.drop_incoming(f"ip saddr {bob.host.address}")
        carol.host.drop_incoming(f"ip6 saddr {bob.host.address6}")
        carol.host.drop_incoming("ip6 saddr fe80::/10")
        for peer in (bob, carol):
            peer.start()
        for other in (bob, carol):
            self.wait_until_connected(alice, other, seconds=20)
        self.drop_at_the_switch("udp dport 5353")
        answer = self.examine(alice)
        self.assertEqual(answer.code, 1)
        self.assertEqual(self.reach(answer, alice, bob)["state"], "connected")
        self.assertNotEqual(self.reach(answer, bob, carol)["state"], "connected")
        (finding,) = self.findings(answer, "reach")
        self.assertIn("bob", finding["text"])
        self.assertIn("carol", finding["text"])
        self.assertEqual(self.multicast(answer), {"mdns": "does not get through", "beacon": "works"})
        self.assertEqual(len(self.findings(answer, "multicast", "warning")), 1, "one way is enough")

    def test_what_a_hostile_peer_says_of_the_network_does_no_harm(self):
        alice = self.peer("alice")
        mallory = FaultyPeer(self.folder, "mallory", self.lab.host("mallory"), "wrong-reach", False)
        self.started.append(mallory)
        mallory.start()
        wait_for(lambda: alice.is_connected_to(mallory), 20, "alice and mallory are connected")
        command = alice.host.command(*alice.command("doctor"))
        done = subprocess.run(command, capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(mallory.faults()[alice.id], 0)
        self.assertNotIn(b"\x1b", done.stdout)
        (row,) = [line for line in done.stdout.splitlines() if mallory.id[:12].encode() in line]
        self.assertIn(b"without control characters", row)


if __name__ == "__main__":
    unittest.main()
