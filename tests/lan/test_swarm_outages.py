"""Eight PCs want the same game at once; some are killed, some lose their cable. Who is there ends with all of it."""
import time
import unittest

import trees
from case import setUpModule  # noqa: F401: unittest calls setUpModule
from swarm_case import CRASH_SECONDS, SwarmTest

# Chunks that were half here when their sender or the cable went.
BEGUN_BYTES = 2 * trees.MIB


class Killed(SwarmTest):
    def test_a_downloader_is_killed_in_the_middle(self):
        self.start_swarm(7)
        self.get_all()
        self.wait_for_the_middle(0.3)
        gone = self.downloaders.pop()
        gone.kill()
        self.wait_until_all_done()
        self.assert_all_whole()
        self.assert_nothing_twice(in_vain=BEGUN_BYTES)
        self.assert_no_sentinel(gone.games_folder / "quake")

    def test_everybody_but_one_downloader_is_killed_and_started_again(self):
        self.megabytes = 80  # more than a crash may lose, or the count would tell nothing
        self.start_swarm(7)
        self.get_all()
        before = self.wait_for_the_middle(self.random.uniform(0.4, 0.7))
        survivor, *killed = self.downloaders
        for peer in (self.alice, *killed):
            peer.kill()
        self.start_all(self.alice, *killed)
        # No command is needed: what ran when its process ended goes on. Nobody is there for some seconds.
        self.wait_until_all_done(stuck=30)
        self.assert_all_whole()
        self.assert_nothing_twice(survivor, in_vain=self.bytes_in(CRASH_SECONDS))
        for peer in killed:
            left = before[peer]["bytes_total"] - before[peer]["bytes_done"]
            fetched = peer.download("quake")["bytes_fetched"]
            self.assertLessEqual(fetched, left + self.bytes_in(CRASH_SECONDS), peer.name)


class Cut(SwarmTest):
    def test_a_host_vanishes_without_a_word(self):
        """Its cable is cut before it dies, so that no packet tells of its end."""
        self.start_swarm(7)
        self.get_all()
        self.wait_for_the_middle(0.3)
        gone = self.downloaders.pop()
        gone.host.unplug()
        gone.kill()
        self.wait_until_all_done()
        self.assert_all_whole()
        self.assert_nothing_twice(in_vain=BEGUN_BYTES)

    def test_a_host_that_hears_nothing_for_a_while_and_is_heard(self):
        self.start_swarm(7)
        self.get_all()
        self.wait_for_the_middle(0.3)
        deaf, *others = self.downloaders
        deaf.host.drop_incoming("meta l4proto udp")
        self.wait_until_all_done(*others)
        self.assertNotEqual(deaf.download("quake")["state"], "done")
        deaf.host.drop_nothing()
        self.wait_until_all_done(deaf, stuck=60)
        self.assert_all_whole()
        self.assert_nothing_twice(*others, in_vain=BEGUN_BYTES)

    def test_a_cable_is_out_for_ten_seconds(self):
        self.start_swarm(7)
        self.get_all()
        self.wait_for_the_middle(0.3)
        cut, *others = self.downloaders
        cut.host.unplug()
        began = time.monotonic()
        self.wait_until_all_done(*others)
        self.assertNotEqual(cut.download("quake")["state"], "done")
        time.sleep(max(0.0, began + 10 - time.monotonic()))  # the length of the outage; nothing is decided by it
        cut.host.plug()
        self.wait_until_all_done(cut, stuck=60)
        self.assert_all_whole()
        self.assert_nothing_twice(in_vain=BEGUN_BYTES)


if __name__ == "__main__":
    unittest.main()
