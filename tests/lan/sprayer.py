#!/usr/bin/python3
"""sprayer.py ADDRESS PORT SEED: sends garbage to a UDP port until it is killed.

Half of it is random; half looks like what the port expects (QUIC packets, RFC 9000 §17, or DNS messages, RFC 1035 §4) and
is wrong somewhere: cut off, with lying lengths, unknown versions, endless compression pointers.
"""
import random
import socket
import sys
import time


def quic_like(source: random.Random) -> bytes:
    """A long header of some version and type with connection ids, then nonsense; or a short header with nonsense."""
    version = source.choice([b"\0\0\0\1", b"\0\0\0\0", b"\x6b\x33\x43\xcf", source.randbytes(4)])
    destination = source.randbytes(source.randrange(0, 24))
    origin = source.randbytes(source.randrange(0, 24))
    packet = bytes([source.randrange(0xC0, 0x100)]) + version
    packet += bytes([source.choice([len(destination), 255, 20])]) + destination
    packet += bytes([source.choice([len(origin), 255, 0])]) + origin
    packet += source.choice([b"\0", b"\x40\x10", b"\xff" * 8]) + source.randbytes(1200)
    if source.random() < 0.3:
        packet = bytes([source.randrange(0x40, 0x80)]) + source.randbytes(source.randrange(1, 1400))
    return packet[:source.choice([len(packet), source.randrange(1, len(packet) + 1)])]


def dns_like(source: random.Random) -> bytes:
    """A header with lying counts, then names that loop or run over the end."""
    header = source.randbytes(2) + source.choice([b"\0\0", b"\x84\0"]) + b"".join(
        source.choice([0, 1, 3, 0xFFFF]).to_bytes(2, "big") for _ in range(4))
    name = source.choice([b"\xc0\x0c", b"\xc0\xff", b"\x3f" + source.randbytes(10), b"\0",
                          b"\x0a_lanspread\x04_udp\x05local\0"])
    record = name + source.choice([b"\0\x0c", b"\0\x21", b"\0\x10", b"\0\xff"]) + b"\x80\1" + source.randbytes(6)
    return header + record * source.randrange(1, 20) + source.randbytes(source.randrange(0, 40))


def main() -> None:
    address, port, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    source = random.Random(seed)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sender = socket.socket(family, socket.SOCK_DGRAM)
    if address.startswith("224."):
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.connect(("10.77.0.1", 9))  # sends nothing: tells which of our addresses leads to the LAN
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own.getsockname()[0]))
    shaped = dns_like if port == 5353 else quic_like
    while True:
        for _ in range(20):
            packet = shaped(source) if source.random() < 0.5 else source.randbytes(source.randrange(0, 1473))
            try:
                sender.sendto(packet, (address, port))
            except OSError:
                pass  # a full queue, or a port that answered "unreachable"
        time.sleep(0.01)


if __name__ == "__main__":
    main()
