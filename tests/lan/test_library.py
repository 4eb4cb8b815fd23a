"""What happens in a games folder is noticed without being asked for, and nothing is forgotten when a disk is away."""
import os
import shutil
import threading
import time
import unittest
from pathlib import Path

import lab
import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for

# Bounds that only a broken program reaches, on a busy machine too. Far below the 300 s of the scan.
SOON = 20


def copy_slowly(source: Path, target: Path, pause: float) -> None:
    """Like `cp -r` from a slow disk: the sentinel first, and a pause in the middle of each file."""
    files = sorted((path for path in source.rglob("*") if path.is_file()), key=lambda path: path.name != "version.ini")
    for path in files:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        with copy.open("wb") as file:
            file.write(content[:len(content) // 2])
            file.flush()
            time.sleep(pause)
            file.write(content[len(content) // 2:])


class Watching(LanTest):
    def pair(self, make_game) -> tuple[Peer, Peer]:
        """Alice has a game, which bob sees."""
        alice = self.source("alice", make_game)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        return alice, bob

    def wait_for_version(self, peer: Peer, version: str) -> None:
        def is_offered():
            game = peer.game("quake")
            return game and any(entry["version"] == version and entry["peers"] for entry in game["versions"])

        wait_for(is_offered, SOON, f"{peer.name} sees version {version}")

    def assert_no_scan(self, peer: Peer) -> None:
        """What was noticed was not found by the scan."""
        self.assertEqual(len(peer.events("scan_finished")), 1)

    def test_a_game_that_is_deleted_is_gone_for_the_others(self):
        alice, bob = self.pair(trees.small_game)
        shutil.rmtree(alice.games_folder / "quake")
        wait_for(lambda: not bob.sees("quake"), SOON, "the game is gone for bob")
        self.assertFalse(alice.has("quake"))
        self.assert_no_scan(alice)

    def test_a_sentinel_that_is_rewritten_in_the_same_second_is_a_new_version(self):
        alice, bob = self.pair(trees.small_game)
        sentinel = alice.games_folder / "quake" / "version.ini"
        before = sentinel.stat()
        sentinel.write_text("20250202\n")
        os.utime(sentinel, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.wait_for_version(bob, "20250202")
        self.assert_no_scan(alice)

    def test_a_game_that_is_copied_in_slowly_is_announced_when_it_is_whole(self):
        alice, bob = self.peer("alice"), self.peer("bob")
        self.wait_until_connected(alice, bob)
        original = trees.small_game(self.folder / "original", megabytes=2)
        copying = threading.Thread(target=copy_slowly, args=(original, alice.games_folder / "quake", 0.4))
        copying.start()
        while copying.is_alive():
            self.assertFalse(alice.has("quake"), "it was taken in half")
            time.sleep(0.1)
        copying.join()
        self.wait_until_seen(bob, "quake")
        bob.get("quake")
        self.assert_same(original, bob.games_folder / "quake")
        self.assertEqual(len([event for event in alice.events("library_changed") if event["game"] == "quake"
                              and not event["peer"]]), 1, "it was announced more than once")
        self.assert_no_scan(alice)

    def test_a_games_folder_that_is_unmounted_and_mounted_again_is_known_without_hashing(self):
        disk = self.folder / "disk"
        lab.mount_memory(disk, 50)
        self.addCleanup(lab.unmount, disk)
        trees.small_game(disk / "games")
        alice, bob = self.new_peer("alice"), self.peer("bob")
        alice.start()
        inside = ("nsenter", "--mount", "--target", str(alice.process.pid))
        lab.run(*inside, "mount", "--bind", str(disk / "games"), str(alice.games_folder))
        self.wait_until_seen(bob, "quake")
        hashed = self.count_hashed(alice)
        lab.run(*inside, "umount", str(alice.games_folder))
        wait_for(lambda: not bob.sees("quake"), SOON, "the game is gone for bob")
        lab.run(*inside, "mount", "--bind", str(disk / "games"), str(alice.games_folder))
        self.wait_until_seen(bob, "quake")
        self.assertEqual(self.count_hashed(alice), hashed, "it was hashed again")
        self.assert_no_scan(alice)

    @staticmethod
    def count_hashed(peer: Peer) -> int:
        return peer.log.read_text().count("of them hashed in")

    def test_a_games_folder_that_is_not_there_and_one_that_is_read_only_are_states(self):
        usb = self.folder / "usb"
        still = self.folder / "still"
        trees.small_game(still, name="doom")
        lab.run("mount", "--bind", str(still), str(still))
        self.addCleanup(lab.unmount, still)
        lab.run("mount", "-o", "remount,ro,bind", str(still))
        alice = self.peer("alice", "--games", str(usb), "--games", str(still))
        wait_for(lambda: alice.has("doom"), SOON, "the read-only game is shared")

        def state_of(folder: Path) -> str:
            return next(entry["state"] for entry in alice.status()["games_folders"] if entry["path"] == str(folder))

        self.assertEqual(state_of(usb), "missing")
        self.assertEqual(state_of(still), "read_only")
        self.assertEqual(state_of(alice.games_folder), "present")
        self.assertIn(str(usb), alice.cli("status").output)
        usb.mkdir()
        wait_for(lambda: state_of(usb) == "present", SOON, "the folder that was made is noticed")

    def test_the_limit_of_watches_is_said_and_the_scan_stays(self):
        class FewWatches(Peer):
            """In a user namespace whose limit is low."""

            def _run_command(self) -> list[str]:
                limit = "echo 4 >/proc/sys/user/max_inotify_watches && exec \"$@\""
                return ["unshare", "--user", "--map-root-user", "sh", "-c", limit, "sh", *super()._run_command()]

        alice = FewWatches(self.folder, "alice", self.lab.host("alice"))
        self.started.append(alice)
        trees.game_of_small_files(alice.games_folder, count=400)
        alice.start()
        wait_for(lambda: alice.has("many"), SOON, "the game is shared")
        self.assertIn("max_user_watches", alice.status()["watch"])
        self.assertIn("max_user_watches", alice.cli("status").output)

        def files_here() -> int:
            return next(version["files"] for version in alice.game("many")["versions"] if version["local"])

        before = files_here()
        (alice.games_folder / "many" / "dir1" / "sub1" / "new.dat").write_text("x")
        alice.ask("rescan")
        self.assertEqual(files_here(), before + 1)


if __name__ == "__main__":
    unittest.main()
