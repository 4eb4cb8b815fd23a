"""A peer that does wrong on purpose (tests/faulty)."""
import os
import re
from collections import Counter
from pathlib import Path

from lab import Host
from peer import Peer


def faulty_binary() -> str:
    """The program: LANSPREAD_FAULTY_PEER, else the release build."""
    built = Path(__file__).resolve().parents[2] / "build" / "release" / "bin" / "faulty_peer"
    return os.environ.get("LANSPREAD_FAULTY_PEER") or str(built)


class FaultyPeer(Peer):
    """It is started, ended and found like every other; the command line does not reach it."""

    def __init__(self, folder: Path, name: str, host: Host, fault: str, partial: bool, *options: str):
        super().__init__(folder, name, host, options)
        self.fault = fault
        self.partial = partial

    def _run_command(self) -> list[str]:
        return [faulty_binary(), "--state", str(self.state), "--games", str(self.games_folder), "--name", self.name,
                "--fault", self.fault, *(["--partial"] if self.partial else [])]

    def faults(self) -> Counter[str]:
        """How many times it did wrong, by the id of whom it did it to."""
        return Counter(re.findall(rf"fault {self.fault} for ([0-9a-f]{{64}}):", self.log.read_text()))
