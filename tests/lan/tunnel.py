"""A point-to-point link between two hosts of a lab, as a VPN makes one: tun devices, and a thread between them."""
import fcntl
import os
import select
import struct
import threading
from pathlib import Path

from lab import Host, run

DEVICE = Path("/dev/net/tun")
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000


def why_not() -> str | None:
    """Why there can be no tunnel here, or None."""
    return None if os.access(DEVICE, os.R_OK | os.W_OK) else f"{DEVICE} cannot be used"


class Tunnel:
    """`tun0` on both hosts: the addresses have no network in common but each other. Closed before the hosts are."""

    def __init__(self, first: Host, second: Host, addresses: tuple[str, str] = ("10.8.0.1", "10.8.0.2")):
        self._ends = []
        for host, own, other in ((first, *addresses), (second, *reversed(addresses))):
            with host.inside():
                end = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
                fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
            self._ends.append(end)
            run("ip", "-n", host.namespace, "addr", "add", own, "peer", other, "dev", "tun0")
            run("ip", "-n", host.namespace, "link", "set", "tun0", "multicast", "on", "up")
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        first, second = self._ends
        while True:
            ready, _, _ = select.select([first, second, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            for end in ready:
                try:
                    os.write(second if end == first else first, os.read(end, 65536))
                except OSError:
                    pass  # a device that is down: the packet is lost, as on every cable

    def close(self) -> None:
        os.write(self._stop_write, b".")
        self._thread.join()
        for descriptor in (*self._ends, self._stop_read, self._stop_write):
            os.close(descriptor)
