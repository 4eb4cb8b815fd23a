"""The queue of downloads: order, pause, priorities, limits, playing, space."""
import json
import os
import signal
import time
import unittest

import lab
import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for

MB = 1_000_000
NAMES = ("chess", "doom", "elite")
MEGABYTES = 20


def three_games(games):
    """Some 20 MB each; gives the last one's root."""
    for seed, name in enumerate(NAMES):
        root = trees.small_game(games, name, megabytes=MEGABYTES, seed=seed)
    return root


class Queue(LanTest):
    def start(self, megabits: int = 60) -> tuple[Peer, Peer]:
        """Alice has three games behind a slow link, and bob sees them and fetches one at a time."""
        alice = self.source("alice", three_games)
        alice.host.limit(megabits)
        bob = self.peer("bob")
        for name in NAMES:
            self.wait_until_seen(bob, name)
        self.set(bob, "parallel_downloads", "1")
        return alice, bob

    def set(self, peer: Peer, name: str, value: str) -> None:
        answer = peer.cli("settings", name, value)
        self.assertEqual(answer.code, 0, answer.errors)

    def queue(self, peer: Peer) -> list[tuple[str, str]]:
        """The games of the queue in its order, each with its state; without those that have ended."""
        return [(entry["game"], entry["state"]) for entry in peer.ask("downloads") if entry["position"] > 0]

    def wait_for_queue(self, peer: Peer, *expected: tuple[str, str]) -> None:
        seen = []

        def is_so() -> bool:
            seen[:] = self.queue(peer)
            return seen == list(expected)

        try:
            wait_for(is_so, 30)
        except AssertionError:
            self.fail(f"the queue is {seen}, and never {list(expected)}")

    def assert_whole(self, alice: Peer, bob: Peer, *names: str) -> None:
        for name in names:
            self.wait_for_download(bob, name, "done")
            self.assert_same(alice.games_folder / name, bob.games_folder / name)

    def test_games_are_fetched_in_the_order_that_a_person_chose(self):
        alice, bob = self.start()
        for name in NAMES:
            bob.start_get(name)
        self.wait_for_queue(bob, ("chess", "running"), ("doom", "queued"), ("elite", "queued"))
        text = bob.cli("downloads").output
        self.assertRegex(text, r"(?m)^1 +chess .* running ")
        self.assertRegex(text, r"(?m)^3 +elite .* queued ")
        self.assertEqual(bob.cli("priority", "elite", "high").code, 0)
        self.wait_for_queue(bob, ("elite", "running"), ("chess", "queued"), ("doom", "queued"))
        self.assertEqual(bob.cli("move", "doom", "1").code, 0)
        self.wait_for_queue(bob, ("elite", "running"), ("doom", "queued"), ("chess", "queued"))
        self.assert_whole(alice, bob, *NAMES)
        self.assertEqual([event["game"] for event in bob.events("download_done")], ["elite", "doom", "chess"])

    def test_the_queue_and_its_pauses_survive_a_kill(self):
        alice, bob = self.start(megabits=10)
        for name in NAMES:
            bob.start_get(name)
        self.wait_for_progress(bob, "chess", 0.3)
        answer = bob.ask("pause", "chess")
        self.assertEqual([entry["state"] for entry in answer], ["paused"])
        self.assertEqual(bob.cli("priority", "doom", "low").code, 0)
        self.wait_for_queue(bob, ("chess", "paused"), ("elite", "running"), ("doom", "queued"))
        # What was under way when it was paused counts, too.
        wait_for(lambda: self.is_at_rest(bob, "chess"), 30, "chess is at rest")
        before = bob.download("chess")
        time.sleep(2.5)  # what a kill may lose is older than that
        bob.kill()
        bob.start()
        after = bob.download("chess")
        self.assertEqual((after["state"], after["bytes_done"], after["bytes_total"]),
                         ("paused", before["bytes_done"], before["bytes_total"]))
        self.wait_for_queue(bob, ("chess", "paused"), ("elite", "running"), ("doom", "queued"))
        alice.host.limit(100)
        self.assert_whole(alice, bob, "elite", "doom")
        self.assertEqual(bob.download("chess")["state"], "paused")
        bob.get("chess")
        self.assert_whole(alice, bob, "chess")
        fetched = bob.download("chess")["bytes_fetched"]
        self.assertLessEqual(fetched, before["bytes_total"] - before["bytes_done"])

    def is_at_rest(self, peer: Peer, name: str) -> bool:
        first = peer.download(name)["bytes_done"]
        time.sleep(2)  # a chunk takes less than one on this link
        return peer.download(name)["bytes_done"] == first

    def test_all_can_be_paused_and_resumed_at_once(self):
        alice, bob = self.start()
        for name in NAMES:
            bob.start_get(name)
        self.assertEqual(bob.cli("pause").code, 2)
        self.assertEqual(bob.cli("pause", "chess", "--all").code, 2)
        self.assertEqual({entry["state"] for entry in bob.ask("pause", "--all")}, {"paused"})
        self.wait_for_queue(bob, *((name, "paused") for name in NAMES))
        self.assertEqual(len(bob.ask("resume", "--all")), 3)
        self.assert_whole(alice, bob, *NAMES)
        self.assertEqual(bob.cli("pause", "chess").code, 5)
        self.assertEqual(bob.ask("resume", "--all"), [])

    def test_a_queued_and_a_paused_download_can_be_cancelled(self):
        _, bob = self.start()
        for name in NAMES:
            bob.start_get(name)
        self.wait_for_progress(bob, "chess", 0.2)
        bob.ask("pause", "chess")
        self.assertEqual(bob.cli("cancel", "elite", "--delete").code, 0)
        self.assertEqual(bob.cli("cancel", "chess").code, 0)
        self.assertFalse((bob.games_folder / "elite").exists())
        self.assertTrue((bob.games_folder / "chess" / ".lanspread" / "download").exists())
        self.assertEqual(bob.cli("cancel", "chess", "--delete").code, 0)
        self.assertFalse((bob.games_folder / "chess").exists())
        self.assertEqual([game for game, _ in self.queue(bob)], ["doom"])

    def test_a_paused_download_goes_on_being_served(self):
        alice, bob = self.start()
        bob.start_get("chess")
        self.wait_for_progress(bob, "chess", 0.4)
        bob.ask("pause", "chess")
        carol = self.peer("carol")
        self.wait_until_seen(carol, "chess")
        carol.get("chess")
        self.assert_same(alice.games_folder / "chess", carol.games_folder / "chess")
        sources = {entry["peer"]: entry["bytes"] for entry in carol.download("chess")["sources"]}
        self.assertGreater(sources.get(bob.id, 0), 0)
        self.assertEqual(bob.download("chess")["state"], "paused")


class Limits(LanTest):
    def start(self, megabytes: int = MEGABYTES) -> tuple[Peer, Peer]:
        alice = self.source("alice", lambda games: trees.small_game(games, megabytes=megabytes))
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        return alice, bob

    def set(self, peer: Peer, name: str, value: str) -> None:
        answer = peer.cli("settings", name, value)
        self.assertEqual(answer.code, 0, answer.errors)

    def seconds_to_get(self, bob: Peer) -> float:
        begin = time.monotonic()
        bob.get("quake")
        return time.monotonic() - begin

    def test_the_download_limit_holds(self):
        alice, bob = self.start()
        self.set(bob, "download_limit", "5M")
        # The last chunk may come before it is paid, and a tenth of a second may have been saved up.
        self.assertGreater(self.seconds_to_get(bob), MEGABYTES * trees.MIB / (5 * MB) - 0.4)
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_the_upload_limit_holds_and_survives_a_restart(self):
        alice, bob = self.start()
        self.set(alice, "upload_limit", "5M")
        alice.end()
        alice.start()
        self.assertEqual(alice.ask("settings")["upload_limit"], 5 * MB)
        self.wait_until_seen(bob, "quake")
        self.assertGreater(self.seconds_to_get(bob), MEGABYTES * trees.MIB / (5 * MB) - 0.4)
        self.assert_same(alice.games_folder / "quake", bob.games_folder / "quake")

    def test_a_limit_that_is_lifted_lets_the_download_go(self):
        alice, bob = self.start()
        self.set(alice, "upload_limit", "10k")  # half an hour
        bob.start_get("quake")
        self.wait_for_download(bob, "quake", "running")
        self.set(alice, "upload_limit", "off")
        self.wait_for_download(bob, "quake", "done", seconds=30)

    def test_settings_are_told_apart_from_what_is_none(self):
        alice = self.peer("alice")
        self.assertEqual(alice.cli("settings", "speed", "5").code, 5)
        self.assertEqual(alice.cli("settings", "speed").code, 5)
        self.assertEqual(alice.cli("settings", "upload_limit", "fast").code, 2)
        self.set(alice, "parallel_downloads", "3")
        self.assertEqual(alice.cli("settings", "parallel_downloads").output, "3\n")
        self.assertIn("install_space", alice.cli("settings").output)


class WhilePlaying(LanTest):
    def count_marked(self, peer: Peer) -> None:
        """From now on the packets that leave the peer's host are counted: those that are marked CS1, and the others."""
        peer.host.run("nft", """
            add table inet marks
            add chain inet marks out { type filter hook output priority 0; }
            add rule inet marks out oif eth0 ip dscp cs1 counter accept comment "marked"
            add rule inet marks out oif eth0 ip6 dscp cs1 counter accept comment "marked"
            add rule inet marks out oif eth0 udp sport != 5353 counter comment "plain"
            """)

    def packets(self, peer: Peer, comment: str) -> int:
        """How many packets were counted so; a burst that the card cuts up counts as one."""
        rules = json.loads(peer.host.run("nft", "-j", "list", "table", "inet", "marks"))["nftables"]
        return sum(part["counter"]["packets"] for rule in rules if rule.get("rule", {}).get("comment") == comment
                   for part in rule["rule"]["expr"] if "counter" in part)

    def play(self, peer: Peer):
        """Starts a program as a game; gives its process."""
        game = peer.host.popen(*peer.command("playing"), "sleep", "1000")
        self.addCleanup(game.wait)
        self.addCleanup(game.kill)
        wait_for(lambda: peer.status()["playing"] == ["sleep"], 20, f"{peer.name} knows that somebody plays")
        return game

    def test_uploads_give_way_while_somebody_plays_and_recover_after(self):
        megabytes, limit = 10, 2 * MB
        alice = self.source("alice", lambda games: trees.small_game(games, megabytes=megabytes))
        bob, carol = self.peer("bob"), self.peer("carol")
        for peer in (bob, carol):
            self.wait_until_seen(peer, "quake")
        self.assertEqual(alice.cli("settings", "upload_limit_while_playing", str(limit)).code, 0)
        self.count_marked(alice)
        game = self.play(alice)
        begin = time.monotonic()
        bob.get("quake")
        self.assertGreater(time.monotonic() - begin, megabytes * trees.MIB / limit - 0.4)
        self.assertGreater(self.packets(alice, "marked"), 100)

        os.kill(game.pid, signal.SIGKILL)
        wait_for(lambda: alice.status()["playing"] == [], 20, "alice knows that the game is over")
        bob.end()
        marked, plain = self.packets(alice, "marked"), self.packets(alice, "plain")
        carol.get("quake")
        self.assertGreater(self.packets(alice, "plain"), plain + 100)
        self.assertLess(self.packets(alice, "marked"), marked + 10, "but for what was under way")

    def test_the_program_is_run_as_it_is_and_its_exit_code_is_given(self):
        alice = self.peer("alice")
        ended = alice.host.popen(*alice.command("playing"), "sh", "-c", "exit 7").wait(20)
        self.assertEqual(ended, 7)
        self.assertEqual(alice.host.popen(*alice.command("playing"), "/no/such/program").wait(20), 5)
        nobody = Peer(self.folder, "nobody")
        self.assertEqual(alice.host.popen(*nobody.command("playing"), "true").wait(20), 0)


class Space(LanTest):
    def test_two_downloads_do_not_count_on_the_same_room(self):
        def two_games(games):
            trees.small_game(games, "chess", megabytes=30)
            return trees.small_game(games, "doom", megabytes=30, seed=2)

        alice = self.source("alice", two_games)
        alice.host.limit(60)
        bob = self.new_peer("bob")
        lab.mount_memory(bob.games_folder, 50)
        self.addCleanup(lab.unmount, bob.games_folder)
        bob.start()
        self.assertEqual(bob.cli("settings", "install_space", "off").code, 0)
        for name in ("chess", "doom"):
            self.wait_until_seen(bob, name)
            bob.start_get(name)
        self.wait_for_download(bob, "chess", "running")
        waiting = self.wait_for_download(bob, "doom", "waiting_for_space")
        self.assertRegex(waiting["reason"], r"\d+\.\d MB are needed, \d+\.\d MB are free")
        self.wait_for_download(bob, "chess", "done")
        self.assert_same(alice.games_folder / "chess", bob.games_folder / "chess")
        self.wait_for_download(bob, "doom", "waiting_for_space")
        for path in (bob.games_folder / "chess").rglob("*.*"):
            path.unlink()
        self.wait_for_download(bob, "doom", "done")
        self.assert_same(alice.games_folder / "doom", bob.games_folder / "doom")

    def test_room_for_installing_is_wanted_too(self):
        self.source("alice", lambda games: trees.small_game(games, megabytes=30))
        bob = self.new_peer("bob")
        lab.mount_memory(bob.games_folder, 50)
        self.addCleanup(lab.unmount, bob.games_folder)
        bob.start()
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        waiting = self.wait_for_download(bob, "quake", "waiting_for_space")
        self.assertIn("to install: an estimate", waiting["reason"])
        self.assertEqual(bob.cli("settings", "install_space", "off").code, 0)
        self.wait_for_download(bob, "quake", "done")


if __name__ == "__main__":
    unittest.main()
