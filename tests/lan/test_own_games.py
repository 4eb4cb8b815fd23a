"""Games that somebody packed: what they are travels with them, to peers without any catalog."""
import subprocess
import sys
import unittest
from pathlib import Path

from case import LanTest, setUpModule  # noqa: F401
from peer import Answer, Peer, binary, wait_for
from trees import write_random

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import make_catalog  # noqa: E402

DONE, WRONG_USE, REFUSED = 0, 2, 4


def pack(*arguments: object) -> Answer:
    """`lanspread pack`, which needs no peer."""
    done = subprocess.run([binary(), "pack", *map(str, arguments)], capture_output=True, text=True, check=False,
                          timeout=60, stdin=subprocess.DEVNULL)
    return Answer(done.returncode, done.stdout, done.stderr)


class OwnGames(LanTest):
    def setUp(self) -> None:
        super().setUp()
        self.source = self.folder / "skirmish-1.0"
        write_random(self.source / "data" / "level1.pak", 3_000_000, 1)
        (self.source / "data" / "level2.pak").symlink_to("level1.pak")
        (self.source / "start.sh").write_text("#!/bin/sh\necho started with $* in $(ls)\n")
        (self.source / "start.sh").chmod(0o755)
        (self.folder / "box.png").write_bytes(make_catalog.png(400, 600, (200, 30, 30)))

    def pack_into(self, peer: Peer, *options: object) -> Answer:
        return pack(self.source, "--id", "skirmish", "--title", "Skirmish Ünlimited", "--into", peer.games_folder,
                    *options)

    def pack_whole(self, peer: Peer) -> Answer:
        return self.pack_into(peer, "--players", "2-16", "--genre", "Strategy", "--cover", self.folder / "box.png",
                              "--start", "start.sh --lan", "--keep", "saves", "--json")

    def wait_until_told(self, peer: Peer, title: str) -> dict:
        def told():
            game = peer.game("skirmish")
            return game if game and game["title"] == title else None

        return wait_for(told, 30, f"{peer.name} knows the game as {title}")

    def test_a_packed_game_is_known_fetched_and_started_elsewhere(self):
        alice, bob = self.peer("alice"), self.peer("bob")
        self.wait_until_connected(alice, bob)
        packed = self.pack_whole(alice)
        self.assertEqual(packed.code, DONE, packed)
        version = packed.document["version"]

        game = self.wait_until_told(bob, "Skirmish Ünlimited")
        self.assertEqual((game["players"], game["max_players"], game["genre"], game["facts_from"], game["cover"]),
                         ("2-16", 16, "Strategy", "peers", True))
        self.assertEqual(game["about"]["keeps"], ["saves"])
        self.assertEqual(game["about"]["start"],
                         [{"platform": "linux", "kind": "game", "command": "start.sh --lan"}])
        cover = bob.ask("cover", "skirmish", "--width", "128")
        self.assertTrue(Path(cover["path"]).stat().st_size > 0)
        self.assertEqual(cover["width"], 128)

        bob.get("skirmish")
        self.assert_same(alice.games_folder / "skirmish", bob.games_folder / "skirmish")
        root = bob.games_folder / "skirmish"
        self.assertFalse((root / "data" / "level2.pak").is_symlink())
        program, *arguments = game["about"]["start"][0]["command"].split()
        run = subprocess.run([root / program, *arguments], cwd=root, capture_output=True, text=True, check=True)
        self.assertEqual(run.stdout, "started with --lan in cover.png data game.toml start.sh version.ini\n")
        wait_for(lambda: bob.game("skirmish")["facts_from"] == "game.toml", 10, "bob reads its own game.toml")

        # Packed again with another level, it is an update, and bob keeps what is told of it.
        self.assertFalse(self.pack_whole(alice).document["changed"])
        write_random(self.source / "data" / "level1.pak", 3_000_000, 2)
        newer = self.pack_whole(alice).document["version"]
        self.assertGreater(newer, version)
        wait_for(lambda: {v["version"] for v in bob.game("skirmish")["versions"]} == {version, newer}, 30,
                 "bob sees the new version")
        wait_for(lambda: alice.status()["problems"] == [], 20, "there are no problems")

    def test_a_folder_that_is_dropped_in_is_known_by_its_game_toml_and_a_broken_one_is_a_problem(self):
        alice, bob = self.new_peer("alice"), self.peer("bob")
        root = alice.games_folder / "skirmish"
        self.source.rename(root)
        (root / "data" / "level2.pak").unlink()
        (root / "game.toml").write_text("title = 'Skirmish'\nplayers = []\n")
        (root / "version.ini").write_text("20240101\n")
        alice.start()
        wait_for(lambda: any("game.toml" in problem and "line 2" in problem for problem in alice.status()["problems"]),
                 20, "the broken game.toml is a problem")
        self.wait_until_seen(bob, "skirmish")
        self.assertEqual(bob.game("skirmish")["title"], "skirmish")

        (root / "game.toml").write_text("title = 'Skirmish'\nplayers = 4\n")
        alice.cli("rescan")
        game = self.wait_until_told(bob, "Skirmish")
        self.assertEqual(game["max_players"], 4)
        wait_for(lambda: alice.status()["problems"] == [], 20, "the problem is gone")

    def test_what_cannot_be_packed_is_refused_with_a_way_out(self):
        alice = self.new_peer("alice")
        (self.source / "font.ttf").symlink_to("/etc/hostname")
        answer = self.pack_into(alice)
        self.assertEqual(answer.code, REFUSED, answer)
        self.assertIn("--add '/etc/hostname=font.ttf'", answer.errors)
        self.assertFalse((alice.games_folder / "skirmish").exists())
        answer = self.pack_into(alice, "--add", "/etc/hostname=font.ttf", "--start", "nothing.sh")
        self.assertEqual(answer.code, WRONG_USE, answer)
        self.assertIn("nothing.sh", answer.errors)
        answer = self.pack_into(alice, "--add", "/etc/hostname=font.ttf")
        self.assertEqual(answer.code, DONE, answer)
        self.assertEqual((alice.games_folder / "skirmish/font.ttf").read_bytes(), Path("/etc/hostname").read_bytes())


if __name__ == "__main__":
    unittest.main()
