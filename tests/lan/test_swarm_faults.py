"""Eight PCs, one of which lies or stalls: the others end with the whole game, and name who lied."""
import re
import unittest

import trees
from case import setUpModule  # noqa: F401: unittest calls setUpModule
from faulty import FaultyPeer
from peer import Peer, wait_for
from swarm_case import SwarmTest


class Liar(SwarmTest):
    def assert_banned(self, peer: Peer, liar: FaultyPeer, reason: str) -> None:
        """`peer` keeps the liar out, and says why: among its peers, in its events and in its log."""
        wait_for(lambda: (peer.peer(liar) or {}).get("state") == "banned", 30, f"{peer.name} has banned {liar.name}")
        self.assertIn(reason, peer.peer(liar)["problem"])
        left = [event["text"] for event in peer.events("peer_left") if event["peer"] == liar.id]
        self.assertIn(reason, " ".join(left))
        self.assertRegex(peer.log.read_text(), f"{liar.name} is banned: .*{reason}")

    def fetch_beside_liar(self, fault: str, partial: bool = False) -> FaultyPeer:
        mallory = self.faulty_peer(fault, partial)
        self.start_swarm(6, mallory)
        self.get_all()
        self.wait_until_all_done()
        self.assert_all_whole()
        return mallory

    def deceived(self, mallory: FaultyPeer) -> list[Peer]:
        """Those whom she lied to; somebody, or the test has tested nothing."""
        victims = [peer for peer in self.downloaders if mallory.faults()[peer.id]]
        self.assertTrue(victims, "nobody has met the fault")
        return victims

    def test_a_complete_source_of_wrong_bytes(self):
        mallory = self.fetch_beside_liar("wrong-bytes")
        victims = self.deceived(mallory)
        self.assertEqual(victims, self.downloaders)
        for peer in victims:
            self.assert_banned(peer, mallory, "sent wrong bytes")
            sources = {source["peer"]: source["bytes"] for source in peer.download("quake")["sources"]}
            self.assertEqual(sources.get(mallory.id, 0), 0, "wrong bytes were counted")
        self.assert_nothing_twice(in_vain=max(mallory.faults().values()) * trees.MIB)

    def test_a_downloader_that_passes_on_wrong_bytes(self):
        mallory = self.fetch_beside_liar("wrong-bytes", partial=True)
        for peer in self.deceived(mallory):
            self.assert_banned(peer, mallory, "sent wrong bytes")
        self.assert_nothing_twice(in_vain=max(mallory.faults().values()) * trees.MIB)

    def test_two_sources_of_wrong_manifests(self):
        """One of them is asked first, if it goes by ids."""
        liars = (self.faulty_peer("wrong-manifest"), self.faulty_peer("wrong-manifest", False, "trudy", "--last"))
        self.start_swarm(5, *liars)
        self.get_all()
        self.wait_until_all_done()
        self.assert_all_whole()
        deceived = [(peer, liar) for liar in liars for peer in self.downloaders if liar.faults()[peer.id]]
        self.assertTrue(deceived, "nobody has met the fault")
        for peer, liar in deceived:
            self.assert_banned(peer, liar, "sent a wrong manifest")

    def test_a_bitfield_that_claims_more_than_there_is(self):
        mallory = self.fetch_beside_liar("wrong-bitfield", partial=True)
        for peer in self.deceived(mallory):
            self.assert_banned(peer, mallory, "says that it has chunks of quake 20240101 that there are not")
        self.assert_nothing_twice()

    def test_a_downloader_that_claims_chunks_which_it_does_not_have(self):
        """No proof of a lie, for it may have lost them: so nobody is banned; but it holds nobody up."""
        mallory = self.fetch_beside_liar("not-found", partial=True)
        self.deceived(mallory)
        self.assert_nothing_twice()


class Staller(SwarmTest):
    def fetch_beside_staller(self, fault: str, partial: bool = False) -> FaultyPeer:
        """She holds on to whatever is asked of her for as long as she runs, and she runs until everybody is done: so
        all that was asked of her has been fetched from others."""
        mallory = self.faulty_peer(fault, partial)
        self.start_swarm(6, mallory)
        self.get_all()
        self.wait_until_all_done()
        self.assert_all_whole()
        stalled = mallory.faults()
        self.assertTrue(any(stalled[peer.id] for peer in self.downloaders), "nobody has met the fault")
        self.assert_nothing_twice(in_vain=max(stalled.values()) * trees.MIB)
        return mallory

    def assert_noticed(self, mallory: FaultyPeer) -> None:
        """Her pause was noticed in the middle of the transfer, not made up for at its end."""
        told = re.compile(r"mallory \(.*: the peer stopped in the middle of its answer")
        victims = [peer for peer in self.downloaders if mallory.faults()[peer.id]]
        self.assertTrue(any(told.search(peer.log.read_text()) for peer in victims), f"{len(victims)} have not noticed")

    def test_a_complete_source_that_stops_in_the_middle_of_every_chunk(self):
        self.assert_noticed(self.fetch_beside_staller("stall-chunk"))

    def test_a_downloader_that_stops_in_the_middle_of_every_chunk(self):
        self.assert_noticed(self.fetch_beside_staller("stall-chunk", partial=True))

    def test_a_complete_source_that_never_answers(self):
        self.fetch_beside_staller("never-answer")

    def test_a_downloader_that_never_answers(self):
        self.fetch_beside_staller("never-answer", partial=True)


if __name__ == "__main__":
    unittest.main()
