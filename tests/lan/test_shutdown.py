"""Peers that are told to end do so, also in the middle of a transfer."""
import signal
import subprocess
import time
import unittest

import trees
from case import LanTest, setUpModule  # noqa: F401: unittest calls setUpModule
from peer import Peer, wait_for

# The promise is two seconds; the rest is for a busy machine.
SECONDS = 5


def game(games):
    """Takes some ten seconds at 80 Mbit/s."""
    return trees.small_game(games, megabytes=100)


class Shutdown(LanTest):
    def in_the_middle(self) -> tuple[Peer, Peer]:
        """Bob fetches from alice, and is in the middle of it."""
        alice = self.source("alice", game)
        alice.host.limit(80)
        bob = self.peer("bob")
        self.wait_until_seen(bob, "quake")
        bob.start_get("quake")
        self.wait_for_progress(bob, "quake", 0.1)
        return alice, bob

    def test_a_source_that_is_told_to_end_ends_and_says_goodbye(self):
        alice, bob = self.in_the_middle()
        self.assertEqual(alice.terminate(SECONDS), 0)
        wait_for(lambda: bob.events("peer_left"), SECONDS, "bob heard that alice left")
        self.wait_for_download(bob, "quake", "waiting_for_source", seconds=SECONDS)

    def test_a_receiver_that_is_told_to_end_ends_and_says_goodbye(self):
        alice, bob = self.in_the_middle()
        self.assertEqual(bob.terminate(SECONDS), 0)
        wait_for(lambda: alice.events("peer_left"), SECONDS, "alice heard that bob left")
        self.assert_no_sentinel(bob.games_folder / "quake")

    def test_ctrl_c_ends_it_too(self):
        _, bob = self.in_the_middle()
        bob.process.send_signal(signal.SIGINT)
        self.assertEqual(bob.process.wait(SECONDS), 0)

    @unittest.skipIf(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN, "started by nohup, as its peers are then")
    def test_the_end_of_its_terminal_ends_it_too(self):
        _, bob = self.in_the_middle()
        bob.process.send_signal(signal.SIGHUP)
        self.assertEqual(bob.process.wait(SECONDS), 0)

    def test_a_second_signal_ends_it_at_once(self):
        _, bob = self.in_the_middle()
        bob.process.send_signal(signal.SIGTERM)
        bob.process.send_signal(signal.SIGTERM)
        code = bob.process.wait(SECONDS)
        # 0 where the orderly end was quicker than the second signal, or the kernel made one of the two.
        self.assertIn(code, (0, 128 + signal.SIGTERM, -signal.SIGTERM))
        bob.process = None

    def test_a_waiting_command_is_told_when_its_peer_ends(self):
        _, bob = self.in_the_middle()
        waiting = subprocess.Popen(bob.command("get", "quake", "--wait"), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)  # so that it most likely waits already; the answer is the same where it does not
        bob.end()
        _, errors = waiting.communicate(timeout=SECONDS)
        self.assertIn(waiting.returncode, (1, 3))
        self.assertTrue(errors.strip())

    def test_a_peer_can_be_ended_while_it_starts(self):
        bob = self.new_peer("bob")
        for _ in range(10):
            bob.launch()
            time.sleep(self.random.uniform(0, 0.2))
            # Before it listens for signals, one ends it as it ends any program.
            self.assertIn(bob.terminate(SECONDS), (0, -signal.SIGTERM))
        bob.start()
        bob.end()


if __name__ == "__main__":
    unittest.main()
