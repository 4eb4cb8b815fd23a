"""Nothing wrong arrives: damaged sources, and files that change while they are served."""
import os
import shutil
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, bad_disk, wait_for


def game(games):
    """Takes some six seconds at 80 Mbit/s."""
    return trees.small_game(games, megabytes=60)


class Integrity(LanTest):
    def damaged_source(self, name: str, make_game) -> Peer:
        """A source whose disk has gone bad since it hashed its game: every chunk of the large file comes out wrong."""
        peer = self.new_peer(name)
        when = self.folder / f"{name}-disk-is-bad"
        peer.environment = {"LD_PRELOAD": bad_disk(), "BAD_DISK_FILE": "/game.pak", "BAD_DISK_WHEN": str(when)}
        make_game(peer.games_folder)
        peer.start()
        wait_for(lambda: peer.has("quake"), 60, f"{name} has hashed its game")
        when.touch()
        return peer

    def test_wrong_bytes_are_refused_and_their_source_is_named(self):
        alice = self.damaged_source("alice", game)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        answer = bob.cli("get", "quake", "--wait", seconds=60)
        self.assertEqual(answer.code, 1, answer)
        self.assertIn("alice", answer.errors)
        self.assert_no_sentinel(bob.games_folder / "quake")
        download = bob.download("quake")
        self.assertEqual(download["state"], "failed")
        self.assertIn("alice", download["reason"])
        self.assertFalse(bob.has("quake"))
        self.assertEqual(len(bob.events("download_failed")), 1)
        self.assertEqual(len(bob.events("download_done")), 0)

    def test_wrong_bytes_of_one_source_are_fetched_from_another(self):
        honest = game(self.folder / "original")
        alice = self.damaged_source("alice", lambda games: trees.copy_game(honest, games))
        carol = self.source("carol", lambda games: trees.copy_game(honest, games))
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake", peers=2)
        bob.get("quake")
        self.assert_same(honest, bob.games_folder / "quake")
        sources = {source["peer"]: source["bytes"] for source in bob.download("quake")["sources"]}
        self.assertGreater(sources[carol.id], 0)
        self.assertEqual(bob.peer(alice)["state"], "banned")
        self.assertTrue(bob.peer(alice)["problem"])

    def change_in_the_middle(self, change) -> None:
        """Alice's file is changed while bob fetches it. Bob ends with one of the two versions, or with a reason."""
        original = game(self.folder / "original")
        alice = self.source("alice", lambda games: trees.copy_game(original, games))
        alice.host.limit(80)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.2)
        change(alice.games_folder / "quake" / "game.pak")
        download = self.wait_for_download(bob, "quake", "failed", "waiting_for_source", "done")
        changed, fetched = alice.games_folder / "quake", bob.games_folder / "quake"
        if download["state"] == "done":
            self.assertFalse(trees.differences(original, fetched) and trees.differences(changed, fetched))
        else:
            self.assertTrue(download["reason"])
            self.assert_no_sentinel(fetched)
        # Alice then offers what she has now, and that can be fetched.
        alice.ask("rescan")
        bob.cli("cancel", "quake")
        wait_for(lambda: alice.game("quake")["local"], 30, "alice shares the game as it is now")
        content = next(version["content"] for version in alice.game("quake")["versions"] if version["local"])

        def offered():
            found = bob.game("quake")
            return found and any(version["content"] == content and version["peers"] for version in found["versions"])

        wait_for(offered, 30, "bob sees the changed game")
        bob.get("quake")
        self.assert_same(changed, fetched)

    def test_a_file_that_is_rewritten_while_it_is_served(self):
        self.change_in_the_middle(lambda path: trees.write_random(path, 60 * trees.MIB, 77))

    def test_a_file_that_is_cut_short_while_it_is_served(self):
        self.change_in_the_middle(lambda path: os.truncate(path, 5 * trees.MIB))

    def test_a_game_that_is_removed_while_it_is_served(self):
        alice = self.source("alice", game)
        alice.host.limit(80)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.2)
        shutil.rmtree(alice.games_folder / "quake")
        alice.ask("rescan")
        download = self.wait_for_download(bob, "quake", "failed", "waiting_for_source")
        self.assertTrue(download["reason"])
        self.assert_no_sentinel(bob.games_folder / "quake")

    def test_a_damaged_game_is_fetched_again_to_where_it_lies(self):
        alice = self.source("alice", game)
        second = self.folder / "second"
        damaged = trees.copy_game(alice.games_folder / "quake", second)
        bob = self.peer("bob", "--games", str(second))
        wait_for(lambda: bob.has("quake"), 60, "bob has hashed his game")
        trees.flip_byte(damaged / "game.pak", 12345)
        self.assertEqual(bob.cli("verify", "quake").code, 1)
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        self.assert_same(alice.games_folder / "quake", damaged)
        self.assertFalse((bob.games_folder / "quake").exists(), "there are two of it now")

    def test_verify_finds_a_flipped_byte_and_a_missing_file(self):
        alice = self.source("alice", game)
        self.assertTrue(alice.ask("verify", "quake")["good"])
        trees.flip_byte(alice.games_folder / "quake" / "game.pak", 12345)
        (alice.games_folder / "quake" / "maps" / "map3.bsp").unlink()
        answer = alice.cli("verify", "quake", "--json")
        self.assertEqual(answer.code, 1, answer)
        report = answer.document
        self.assertFalse(report["good"])
        self.assertEqual(report["damaged"], ["game.pak"])
        self.assertEqual(report["missing"], ["maps/map3.bsp"])


if __name__ == "__main__":
    unittest.main()
