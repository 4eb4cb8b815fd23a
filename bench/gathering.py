"""Parties whose peers all start at the same time: when each sees everything, and what they send once they rest."""
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import lab
import trees
from control import ask, ask_for_list, events
from cpu import cpu_of_machine, schedule_time
from peer import Peer

# A party that is not complete by then never will be; the work grows with the square of the peers.
PATIENCE = 30
PATIENCE_PER_PAIR = 1 / 50
# A game that was changed just before a peer starts is taken in later than one that was not.
SETTLED_SECONDS = 2.5
# How often those are asked who have not found everybody yet; the time that counts is that of their own events.
POLL_SECONDS = 0.1
# UDP ports by which the paths differ. A path is left alone by dropping the other's packets.
MDNS_PORT = 5353
BEACON_PORT = 21470
PATHS = {"all": [], "mdns": [BEACON_PORT], "beacon": [MDNS_PORT]}
# What a peer tells when its view of the party's games has changed.
NEWS = ("peer_joined", "library_changed")


@dataclass
class Round:
    """One start of a party. Times in seconds, to the moment at which the last peer saw the games of all."""

    from_ready: float  # since all were ready
    from_start: float  # since the first process was started
    middle_peer: float  # since all were ready, of the peer in the middle
    cpu: float  # CPU seconds of all peers since all were ready
    cpu_from_start: float
    busy: float  # how much of the machine's cores was at work, with whatever else ran

    @property
    def limit(self) -> float:
        """How long the peers' work since all were ready takes when it fills all cores."""
        return self.cpu / os.cpu_count()

    def document(self) -> dict:
        return asdict(self) | {"limit": self.limit}


@dataclass
class Rest:
    """What a peer sends in a minute while nothing happens: packets by kind, and IP bytes; means over the peers."""

    mdns: float
    beacon: float
    connections: float  # QUIC, to all other peers together
    other: float  # the kernel's own: neighbour discovery, group membership
    bytes: float


class Gathering:
    """`number` hosts on one switch, for one round after the other; each peer has one small game."""

    def __init__(self, work: Path, number: int, path: str):
        self.work = work
        self.path = path
        self.lan = lab.Lab()
        self.hosts = [self.lan.host(f"pc{index}") for index in range(number)]
        self.games = [f"game{index}" for index in range(number)]
        for host in self.hosts:
            for port in PATHS[path]:
                host.drop_incoming(f"udp dport {port}")

    def close(self) -> None:
        self.lan.close()

    def measure(self) -> Round:
        """One start, with peers that have never run before."""
        with self._running() as (peers, started):
            return self._measure(peers, started)

    def rest(self, settle: float, seconds: float) -> Rest:
        """What they send in that time, after they had some to come to rest."""
        with self._running() as (peers, started):
            self._measure(peers, started)
            time.sleep(settle)
            for host in self.hosts:
                _count(host)
            time.sleep(seconds)
            counted = [_counted(host) for host in self.hosts]
        per_minute = 60 / seconds / len(self.hosts)
        sums = {kind: sum(host[kind] for host in counted) * per_minute for kind in counted[0]}
        return Rest(**sums)

    @contextmanager
    def _running(self) -> Iterator[tuple[list[Peer], float]]:
        """The peers, all ready, and when the first was started."""
        folder = self.work / "gathering"
        peers = [Peer(folder, host.name, host) for host in self.hosts]
        for peer, game in zip(peers, self.games, strict=True):
            trees.finish(_small_game(peer.games_folder / game, game), "20240101")
        time.sleep(SETTLED_SECONDS)
        started = time.time()
        try:
            for peer in peers:
                peer.log_level = "warning"
                peer.launch()
            for peer in peers:
                peer.wait_until_ready()
            yield peers, started
        finally:
            for peer in peers:
                if peer.is_running():
                    peer.kill()
            shutil.rmtree(folder, ignore_errors=True)

    def _measure(self, peers: list[Peer], started: float) -> Round:
        clock, machine = time.monotonic(), cpu_of_machine()
        cpu = sum(schedule_time(peer.process.pid) for peer in peers)
        patience = PATIENCE + len(peers) ** 2 / 2 * PATIENCE_PER_PAIR
        missing = list(peers)
        while missing:
            missing = [peer for peer in missing if not self._sees_all(peer)]
            if missing and time.monotonic() - clock > patience:
                raise TimeoutError(f"{len(missing)} of {len(peers)} peers do not see all games after {patience:.0f} s; "
                                   f"{missing[0].name} sees {self._seen(missing[0])}")
            time.sleep(POLL_SECONDS if missing else 0)
        cpu_from_start = sum(schedule_time(peer.process.pid) for peer in peers)
        busy = (cpu_of_machine() - machine) / (time.monotonic() - clock) / os.cpu_count()
        # The line that says it is ready, and the events, bear the time of their writing: nobody has to watch for it.
        ready = max(peer.output.stat().st_mtime for peer in peers)
        complete = sorted(_last_news(peer) for peer in peers)
        return Round(from_ready=max(0.0, complete[-1] - ready), from_start=complete[-1] - started,
                     middle_peer=max(0.0, complete[len(complete) // 2] - ready), cpu=cpu_from_start - cpu,
                     cpu_from_start=cpu_from_start, busy=busy)

    def _sees_all(self, peer: Peer) -> bool:
        """Most answers are those of the small question."""
        found = ask(peer.ready["api"], {"type": "GetStatus"})["peers"]
        return found == len(self.hosts) - 1 and self._seen(peer) == len(self.games)

    @staticmethod
    def _seen(peer: Peer) -> int:
        return len(ask_for_list(peer.ready["api"], {"type": "GetGames", "all": True, "catalog": False}))


def _small_game(root: Path, text: str) -> Path:
    root.mkdir(parents=True)
    (root / "game.pak").write_text(text * 1000)
    return root


def _last_news(peer: Peer) -> float:
    """When what it sees of the party's games changed last."""
    return max(event["time_ms"] for event in events(peer.ready["api"]) if event["kind"] in NEWS) / 1000


def _count(host: lab.Host) -> None:
    """Counts what the host sends from now on."""
    host.run("nft", f"""
        add table inet rest
        add chain inet rest sent {{ type filter hook output priority 0; }}
        add rule inet rest sent oifname lo accept
        add rule inet rest sent udp dport {MDNS_PORT} counter accept comment "mdns"
        add rule inet rest sent udp dport {BEACON_PORT} counter accept comment "beacon"
        add rule inet rest sent meta l4proto udp counter accept comment "connections"
        add rule inet rest sent counter comment "other"
        """)


def _counted(host: lab.Host) -> dict[str, int]:
    listed = json.loads(host.run("nft", "--json", "list", "chain", "inet", "rest", "sent"))["nftables"]
    counters = {rule["comment"]: part["counter"] for entry in listed if (rule := entry.get("rule"))
                for part in rule["expr"] if "counter" in part}
    packets = {comment: counter["packets"] for comment, counter in counters.items()}
    return packets | {"bytes": sum(counter["bytes"] for counter in counters.values())}
