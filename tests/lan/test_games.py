"""The party library as people see it: versions, updates, search; and away with a game."""
import os
import signal
import subprocess
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for

DONE, FAILED, WRONG_USE, NO_PEER, REFUSED, NOT_FOUND = range(6)
OLD, NEW = "20230101", "20240101"


class Games(LanTest):
    def ids(self, peer: Peer, *options: str) -> list[str]:
        return [game["id"] for game in peer.ask("games", *options)]

    def test_what_everybody_has_is_one_list_with_what_is_current_and_new(self):
        def make_old(games):
            trees.small_game(games, "doom", megabytes=1, seed=5)
            return trees.small_game(games, megabytes=1, seed=1, version=OLD)

        alice = self.source("alice", make_old)
        bob = self.source("bob", lambda games: trees.small_game(games, megabytes=1, seed=2, version=NEW))
        carl = self.peer("carl")
        for peer in (alice, bob, carl):
            wait_for(lambda p=peer: len((p.game("quake") or {"versions": []})["versions"]) == 2, 30, "both versions")

        game = carl.game("quake")
        self.assertEqual([(version["version"], version["peers"]) for version in game["versions"]],
                         [(NEW, ["bob"]), (OLD, ["alice"])])
        self.assertEqual([holder["peer"] for holder in game["versions"][0]["holders"]], [bob.id])
        self.assertEqual((game["current_version"], game["current_by"], game["get_version"]), (NEW, "most_peers", NEW))
        self.assertEqual((game["local"], game["local_state"], game["update"]), (False, "absent", ""))

        # Alice is behind; each of the two versions is held by one, and the newer one is what is meant.
        behind = alice.game("quake")
        self.assertEqual((behind["update"], behind["get_version"]), ("newer", NEW))
        self.assertEqual(self.ids(alice, "--updates"), ["quake"])
        self.assertEqual(self.ids(bob, "--updates"), [])
        text = alice.cli("games").output
        self.assertIn(f"Update {NEW}", text)
        self.assertIn("Downloaded", text)

        self.assertEqual(self.ids(carl), [])
        self.assertEqual(self.ids(carl, "--all"), ["doom", "quake"])
        self.assertEqual(self.ids(carl, "--search", "QUAKE"), ["quake"])
        self.assertEqual(self.ids(carl, "--search", "nothing"), [])
        self.assertEqual(self.ids(carl, "--all", "--sort", "peers"), ["quake", "doom"])
        self.assertEqual(self.ids(alice, "--local"), ["doom", "quake"])
        self.assertEqual(self.ids(alice, "--installed"), [])
        page = carl.cli("show", "quake").output
        for part in ("unsigned, from alice, bob", f"{NEW}, held by 1 of 2", "alice", OLD):
            self.assertIn(part, page)

        # Once carl has the old one as well, that is what most hold; alice is no longer behind, and carl never was.
        self.assertEqual(carl.cli("get", "quake", "--version", OLD, "--wait").code, DONE)
        wait_for(lambda: alice.game("quake")["update"] == "", 30, "alice sees that most hold the old version")
        self.assertEqual(carl.game("quake")["current_version"], OLD)

    def test_an_installed_game_is_shown_with_and_without_its_package(self):
        alice = self.source("alice", lambda games: trees.small_game(games, megabytes=1))
        root = alice.games_folder / "quake"
        (root / "local").mkdir()
        (root / "local" / "quake.sav").write_text("mine")
        wait_for(lambda: alice.game("quake")["installed"], 30, "the installation is noticed")
        self.assertEqual(self.ids(alice, "--installed"), ["quake"])

        refused = alice.cli("remove", "quake", "--yes")
        self.assertEqual(refused.code, REFUSED, refused)
        self.assertIn("--keep-installed", refused.errors)
        self.assertTrue(alice.has("quake"))

        self.assertEqual(alice.cli("remove", "quake", "--yes", "--keep-installed").code, DONE)
        self.assertEqual((root / "local" / "quake.sav").read_text(), "mine")
        self.assertEqual(trees.package_files(root), {})
        game = wait_for(lambda: alice.game("quake"), 30, "what is installed is still listed")
        self.assertEqual((game["local"], game["installed"], game["local_state"]), (False, True, "installed_only"))
        self.assertIn("Installed only", alice.cli("games").output)


class Remove(LanTest):
    def test_a_game_that_is_removed_is_gone_for_everybody_who_was_fetching_it(self):
        alice = self.source("alice", lambda games: trees.small_game(games, megabytes=20))
        alice.host.limit(50)
        root = alice.games_folder / "quake"
        (root / "screenshots").mkdir()  # no manifest has empty folders
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.1)

        asked = alice.cli("remove", "quake")
        self.assertEqual(asked.code, WRONG_USE, "nobody can be asked")
        self.assertIn("--yes", asked.errors)

        answer = alice.cli("remove", "quake", "--yes", "--json")
        self.assertEqual(answer.code, DONE, answer.errors)
        self.assertEqual(answer.document["left"], ["screenshots"])
        self.assertEqual([path.name for path in root.iterdir()], ["screenshots"])
        self.assertEqual(alice.game("quake")["local_state"], "absent")
        self.wait_for_download(bob, "quake", "waiting_for_source", seconds=20)
        self.assertEqual(bob.cli("cancel", "quake", "--delete").code, DONE)
        wait_for(lambda: bob.game("quake") is None or not bob.game("quake")["versions"], 10, "bob sees it nowhere")
        self.assertEqual([event["game"] for event in alice.events("game_removed")], ["quake"])
        self.assertEqual(alice.cli("remove", "quake", "--yes").code, NOT_FOUND)

    def test_a_game_that_is_being_fetched_or_is_not_here_is_not_removed(self):
        alice = self.source("alice", lambda games: trees.small_game(games, megabytes=20))
        alice.host.limit(50)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        self.assertEqual(bob.cli("remove", "quake", "--yes").code, NOT_FOUND)
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.1)
        refused = bob.cli("remove", "quake", "--yes")
        self.assertEqual(refused.code, REFUSED, refused)
        self.assertIn("lanspread cancel quake", refused.errors)

    def test_a_removal_that_was_cut_short_by_kill_9_is_ended_by_the_next_run(self):
        alice = self.source("alice", lambda games: trees.game_of_small_files(games, count=10_000))
        root = alice.games_folder / "many"
        cores = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, cores)
        share_a_core_with(alice)
        with subprocess.Popen(alice.command("remove", "many", "--yes"), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as command:
            wait_for_absence(root / "version.ini")
            alice.process.send_signal(signal.SIGSTOP)
            left = trees.package_files(root)
            alice.kill()
            command.wait(20)
        os.sched_setaffinity(0, cores)
        self.assertTrue(left, "the removal was over before its middle could be met")
        alice.start()
        wait_for(lambda: not root.exists(), 120, "the rest is removed")
        wait_for(lambda: not alice.status()["scanning"], 30)
        self.assertIsNone(alice.game("many"))
        # It is not removed again when somebody brings it back.
        trees.game_of_small_files(alice.games_folder, count=100)
        wait_for(lambda: alice.has("many"), 60, "it is back")
        alice.end()
        alice.start()
        wait_for(lambda: alice.has("many"), 60, "it stays")


def share_a_core_with(peer: Peer) -> None:
    """From here on this process and that one run in turns, so that neither does much unseen by the other, however busy
    the machine is."""
    core = {min(os.sched_getaffinity(0))}
    for thread in (0, *map(int, os.listdir(f"/proc/{peer.process.pid}/task"))):
        os.sched_setaffinity(thread, core)


def wait_for_absence(path) -> None:
    """As soon as can be: without the pause of wait_for."""
    for _ in range(10_000_000):
        if not path.exists():
            return
    raise AssertionError(f"{path} is still there")


if __name__ == "__main__":
    unittest.main()
