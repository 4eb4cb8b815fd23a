"""PCs on a switch, each with a cable that is limited both ways, and all their files in memory."""
from dataclasses import dataclass
from pathlib import Path

import lab
from machine import touch_memory


@dataclass
class Pc:
    """One PC of a party: a host, its part of the memory file system, and the rate of its cable in Mbit/s."""

    host: lab.Host
    folder: Path
    rate: float

    @property
    def name(self) -> str:
        return self.host.name


class Party:
    """The PCs of one measurement, which are new for each. `with` ends it and forgets all files."""

    def __init__(self, work: Path, sources: list[float], downloaders: list[float], room: int):
        """Rates in Mbit/s; `room` is what the games on a PC take, in bytes."""
        self.folder = work / "party"
        number = len(sources) + len(downloaders)
        # Programs may want to see room for more than the game itself; what is not used takes no memory.
        lab.mount_memory(self.folder, round(number * room * 3 / 1e6) + 500)
        touch_memory(self.folder, number * room)
        self.lan = lab.Lab()
        self.sources = [self._pc(f"source{index}", rate) for index, rate in enumerate(sources, 1)]
        self.downloaders = [self._pc(f"pc{index}", rate) for index, rate in enumerate(downloaders, 1)]

    def _pc(self, name: str, rate: float) -> Pc:
        host = self.lan.host(name)
        host.limit(rate)
        folder = self.folder / name
        folder.mkdir()
        return Pc(host, folder, rate)

    @property
    def pcs(self) -> list[Pc]:
        return self.sources + self.downloaders

    def lose(self, percent: float) -> None:
        """That part of all packets is lost, at every PC."""
        for pc in self.pcs:
            pc.host.send_singly()
        for pc in self.pcs:
            pc.host.lose(percent)

    def __enter__(self) -> "Party":
        return self

    def __exit__(self, *_) -> None:
        self.lan.close()
        lab.unmount(self.folder)
