"""A host that only listens: who says what to everybody, at the port of a way of discovery."""
import socket

from lab import Host

BEACON_PORT = 21470
BEACON_QUESTION = 2
KIND_OFFSET = 5  # of the kind in a beacon (docs/discovery.md)


class BeaconEars:
    """Hears the broadcasts of beacons."""

    def __init__(self, host: Host):
        with host.inside():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setblocking(False)
        self._socket.bind(("", BEACON_PORT))

    def questions_from(self, address: str) -> int:
        """How many questions a host has asked since the last call."""
        count = 0
        while True:
            try:
                packet, (source, _) = self._socket.recvfrom(1024)
            except BlockingIOError:
                return count
            if source == address and packet[KIND_OFFSET] == BEACON_QUESTION:
                count += 1

    def close(self) -> None:
        self._socket.close()
