"""What the command line answers: documents, exit codes, and words that help."""
import json
import subprocess
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import READY_SECONDS, Peer, binary, wait_for

DONE, FAILED, WRONG_USE, NO_PEER, REFUSED, NOT_FOUND = range(6)


class CommandLine(LanTest):
    def test_without_a_running_peer_commands_say_how_to_start_one(self):
        nobody = Peer(self.folder, "nobody")
        for arguments in (["status"], ["peers"], ["games"], ["show", "quake"], ["get", "quake"], ["cancel", "quake"],
                          ["verify", "quake"], ["events"], ["connect", "10.77.0.9:7000"], ["downloads"], ["pause", "quake"],
                          ["resume", "--all"], ["priority", "quake", "high"], ["move", "quake", "1"], ["settings"],
                          ["remove", "quake", "--yes"]):
            with self.subTest(arguments):
                answer = nobody.cli(*arguments)
                self.assertEqual(answer.code, NO_PEER, answer)
                self.assertIn("lanspread run", answer.errors)

    def test_a_peer_that_was_killed_is_not_running(self):
        alice = self.peer("alice")
        alice.kill()
        self.assertEqual(alice.cli("status").code, NO_PEER)
        alice.start()
        self.assertEqual(alice.cli("status").code, DONE)

    def test_wrong_use_is_told_apart(self):
        for arguments in ([], ["nonsense"], ["status", "--nonsense"], ["get"], ["show"], ["run", "--listen", "nonsense"],
                          ["run", "--log-level", "loud"], ["games", "--sort", "nonsense"], ["remove"]):
            with self.subTest(arguments):
                done = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=20, check=False,
                                      stdin=subprocess.DEVNULL)
                self.assertEqual(done.returncode, WRONG_USE, done)
                self.assertTrue(done.stderr.strip())

    def test_help_and_version_need_no_peer(self):
        for arguments in (["help"], ["--help"], ["version"], ["get", "--help"]):
            with self.subTest(arguments):
                done = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=20, check=False)
                self.assertEqual(done.returncode, DONE, done)
                self.assertTrue(done.stdout.strip())

    def test_a_game_that_nobody_has_is_not_found(self):
        alice = self.peer("alice")
        for arguments in (["show", "quake"], ["get", "quake"], ["get", "quake", "--wait"], ["verify", "quake"]):
            with self.subTest(arguments):
                answer = alice.cli(*arguments)
                self.assertEqual(answer.code, NOT_FOUND, answer)
                self.assertIn("quake", answer.errors)

    def test_an_id_that_is_a_path_is_refused(self):
        alice = self.peer("alice")
        for name in ("../etc", "a/b", "..", "con"):
            with self.subTest(name):
                answer = alice.cli("get", name)
                self.assertIn(answer.code, (FAILED, WRONG_USE, REFUSED, NOT_FOUND), answer)
                self.assertTrue(answer.errors.strip())

    def test_status_is_about_the_peer_that_said_ready(self):
        alice = self.source("alice", trees.small_game)
        status = alice.status()
        self.assertEqual(status["id"], alice.id)
        self.assertEqual(status["name"], "alice")
        self.assertEqual(status["games"], 1)
        self.assertTrue(status["cipher"])
        self.assertEqual([service["name"] for service in status["services"] if not service["running"]], [])
        self.assertEqual([game["id"] for game in alice.ask("games")], ["quake"])

    def test_two_peers_never_share_a_state_folder(self):
        alice = self.peer("alice")
        second = subprocess.run(alice.host.command(*alice.command("run")), capture_output=True, text=True,
                                timeout=READY_SECONDS, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(second.returncode, FAILED, second)
        self.assertIn(str(alice.state), second.stderr)
        self.assertEqual(alice.status()["id"], alice.id)

    def test_what_a_peer_keeps_is_its_owners_alone(self):
        alice = self.source("alice", trees.small_game)
        for name, mode in ((".", 0o700), ("identity", 0o700), ("identity/key.pem", 0o600), ("state.db", 0o600),
                           ("state.db-wal", 0o600), ("control.sock", 0o600)):
            self.assertEqual(oct((alice.state / name).stat().st_mode & 0o777), oct(mode), name)

    def test_a_port_that_is_taken_is_told(self):
        alice = self.peer("alice")
        second = subprocess.run(alice.host.command(binary(), "run", "--state", str(self.folder / "other"),
                                                   "--listen", f"0.0.0.0:{alice.port}"),
                                capture_output=True, text=True, timeout=READY_SECONDS, check=False,
                                stdin=subprocess.DEVNULL)
        self.assertEqual(second.returncode, FAILED, second)
        self.assertIn(str(alice.port), second.stderr)

    def test_a_game_that_is_here_already_is_done_at_once(self):
        alice = self.source("alice", trees.small_game)
        answer = alice.cli("get", "quake", "--wait")
        self.assertEqual(answer.code, DONE, answer)

    def test_a_newer_version_is_given_up_for_an_older_one_only_when_that_is_named(self):
        older = self.source("alice", lambda games: trees.small_game(games, version="20230101", seed=2))
        bob = self.source("bob", lambda games: trees.small_game(games, version="20240101"))
        self.wait_until_seen(bob, "quake")
        newer = trees.copy_game(bob.games_folder / "quake", self.folder / "kept")
        for arguments in (["get", "quake"], ["get", "quake", "--wait"]):
            answer = bob.cli(*arguments, "--json")
            self.assertEqual(answer.code, DONE, answer)
            self.assertEqual((answer.document["state"], answer.document["version"]), ("done", "20240101"))
        self.assertEqual(bob.events("download_started"), [])
        self.assert_same(newer, bob.games_folder / "quake")
        answer = bob.cli("get", "quake", "--version", "20230101", "--wait")
        self.assertEqual(answer.code, DONE, answer)
        self.assert_same(older.games_folder / "quake", bob.games_folder / "quake")

    def test_events_follow_until_the_peer_ends(self):
        alice = self.peer("alice")
        following = subprocess.Popen(alice.command("events", "--follow", "--json"), stdout=subprocess.PIPE, text=True)
        self.addCleanup(following.stdout.close)
        trees.small_game(alice.games_folder)
        alice.ask("rescan")
        # Ends by itself when alice does; library_changed may be among the old events or the followed ones.
        alice.end()
        output, _ = following.communicate(timeout=20)
        self.assertIn("library_changed", [json.loads(line)["kind"] for line in output.splitlines()])

    def test_a_games_folder_that_is_missing_is_a_problem_that_is_shown(self):
        alice = self.peer("alice", "--games", str(self.folder / "nowhere"))
        wait_for(lambda: [text for text in alice.status()["problems"] if "nowhere" in text], 30, "the problem is shown")


if __name__ == "__main__":
    unittest.main()
