"""The catalog and covers: titles and genres in a language, pictures, and files that change while the peer runs."""
import os
import shutil
import struct
import sys
import unittest
from pathlib import Path

import trees
from case import LanTest, setUpModule  # noqa: F401
from peer import Peer, wait_for

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import make_catalog  # noqa: E402

DONE, FAILED, WRONG_USE, NOT_FOUND = 0, 1, 2, 5
GAMES = 200


def jpeg_size(file: bytes) -> tuple[int, int]:
    """Width and height, of a baseline JPEG file."""
    at = file.index(b"\xff\xc0")
    height, width = struct.unpack(">HH", file[at + 5:at + 9])
    return width, height


class CatalogTest(LanTest):
    def setUp(self) -> None:
        super().setUp()
        self.catalog = self.folder / "launcher"

    def with_catalog(self, name: str) -> Peer:
        """A running peer with a catalog that it has read."""
        make_catalog.make_catalog(self.catalog, GAMES, "Iron Arena")
        make_catalog.make_covers(self.catalog / "covers", GAMES)
        alice = self.new_peer(name, "--catalog", str(self.catalog / "game.db"))
        trees.small_game(alice.games_folder, "game001", 1)
        alice.start()
        wait_for(lambda: alice.status()["catalog"]["games"] == GAMES, 20, "the catalog is read")
        wait_for(lambda: alice.has("game001"), 20, "the game is here")
        return alice

    def title(self, peer: Peer, game: str) -> str:
        found = peer.game(game)
        return found["title"] if found else ""

    def test_games_have_titles_genres_and_readmes_in_a_language(self):
        alice = self.with_catalog("alice")
        self.assertEqual(self.title(alice, "game001"), "Iron Arena")
        self.assertEqual([game["title"] for game in alice.ask("games")], ["Iron Arena"])
        genres = {}
        for language in ("de", "en", "fr"):
            self.assertEqual(alice.cli("settings", "language", language).code, DONE)
            genres[language] = alice.game("game001")["genre"]
        expected = next(names for _, *names in make_catalog.GENRES if names[0] == genres["de"])
        self.assertEqual([genres["de"], genres["en"]], expected[:2])
        self.assertEqual(genres["fr"], expected[2] or expected[1])

    def test_odd_rows_are_shown_or_left_out_and_the_key_is_nowhere(self):
        alice = self.with_catalog("alice")
        problems = " ".join(alice.status()["problems"])
        self.assertIn(f"{len(make_catalog.BAD_IDS)} entries are left out", problems)
        self.assertEqual(alice.game("discarded"), None)
        shown = alice.cli("show", "game006", "--json").output
        self.assertIn("Größenwahn", shown)
        key = "B[A-Z2-7]{32}"
        for game in ("game001", "game002", "game006"):
            answer = alice.cli("show", game, "--json").output + alice.cli("show", game).output
            self.assertNotRegex(answer, key)
        self.assertEqual({path.name for path in self.catalog.iterdir()}, {"game.db", "covers"})

    def test_a_cover_is_made_small_once_and_kept(self):
        alice = self.with_catalog("alice")
        wait_for(lambda: alice.game("game001")["cover"], 20, "the cover is known")
        answer = alice.ask("cover", "game002", "--width", "100")
        self.assertEqual((answer["format"], answer["width"], answer["height"]), ("jpg", 128, 181))
        picture = Path(answer["path"])
        self.assertEqual(picture.parent, alice.state / "covers")
        self.assertEqual(jpeg_size(picture.read_bytes()), (128, 181))
        before = picture.stat()
        self.assertEqual(alice.cli("cover", "game002", "--width", "128").output.strip(), str(picture))
        self.assertEqual(picture.stat(), before)
        copy = self.folder / "copy.jpg"
        self.assertEqual(alice.cli("cover", "game001", "--output", str(copy)).code, DONE)
        self.assertEqual(jpeg_size(copy.read_bytes()), (256, 362))

    def test_a_cover_that_is_not_there_or_is_no_picture_is_a_clear_error(self):
        make_catalog.make_catalog(self.catalog, 2)
        covers = self.folder / "pictures"
        covers.mkdir()
        whole = make_catalog.jpeg(300, 424, (9, 9, 9))
        (covers / "game001.jpg").write_bytes(whole[:len(whole) // 2])
        alice = self.peer("alice", "--catalog", str(self.catalog / "game.db"), "--covers", str(covers))
        wait_for(lambda: alice.game("game001") and alice.game("game001")["cover"], 20, "the catalog is read")
        broken = alice.cli("cover", "game001")
        self.assertEqual((broken.code, broken.output), (FAILED, ""))
        self.assertIn("cut off", broken.errors)
        self.assertEqual(alice.cli("cover", "game002").code, NOT_FOUND)
        self.assertNotEqual(alice.cli("cover", "game001", "--width", "9999").code, DONE)
        (covers / "game001.jpg").write_bytes(whole)
        wait_for(lambda: alice.cli("cover", "game001").code == DONE, 20, "the whole picture is taken up")

    def test_a_broken_catalog_is_a_problem_and_a_good_one_is_taken_up_without_a_restart(self):
        self.catalog.mkdir()
        file = self.catalog / "game.db"
        file.write_bytes(b"this is no database")
        alice = self.new_peer("alice", "--catalog", str(file))
        trees.small_game(alice.games_folder, "game001", 1)
        alice.start()
        wait_for(lambda: alice.has("game001"), 20, "the peer works without its catalog")
        wait_for(lambda: "no SQLite database" in " ".join(alice.status()["problems"]), 20, "the problem is told")
        self.assertEqual(self.title(alice, "game001"), "game001")
        make_catalog.make_catalog(self.catalog, GAMES, "Iron Arena")
        wait_for(lambda: self.title(alice, "game001") == "Iron Arena", 20, "the good one is taken up")
        # Rewritten where it lies, and of the same size.
        other = make_catalog.make_catalog(self.folder / "other", GAMES, "Gold Arena")
        self.assertEqual(other.stat().st_size, file.stat().st_size)
        shutil.copyfile(other, file)
        wait_for(lambda: self.title(alice, "game001") == "Gold Arena", 20, "the rewritten one is taken up")
        os.truncate(file, 10_000)
        wait_for(lambda: "stays in use" in " ".join(alice.status()["problems"]), 20, "the broken one is told")
        self.assertEqual(self.title(alice, "game001"), "Gold Arena")

    def test_a_game_db_in_a_games_folder_is_found_when_it_comes(self):
        alice = self.peer("alice")
        self.assertEqual(alice.status()["catalog"]["file"], "")
        self.assertEqual(alice.status()["problems"], [])
        make_catalog.make_catalog(alice.games_folder, 3)
        wait_for(lambda: alice.status()["catalog"]["games"] == 3, 20, "the catalog is found")
        self.assertEqual(alice.status()["catalog"]["file"], str(alice.games_folder / "game.db"))


if __name__ == "__main__":
    unittest.main()
