"""An emulated LAN: hosts in network namespaces, each with one cable to one switch (a bridge, in a namespace too).

To be used after isolation.isolate(). A host is `eth0` with 10.77.0.N/24 and fd77::N/64; there is no router and no resolver.
More labs beside the first are other networks (10.78, …), where a host of the first may have a card, too.
"""
import ctypes
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

# A child dies with the thread that started it: nothing is left running by a test that was killed.
DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL")
CLONE_NEWNET = 0x40000000


class CommandFailed(RuntimeError):
    """A command of the lab itself (not of a test's subject) failed."""


def run(*command: str, text: str | None = None) -> str:
    """Runs a command and gives its standard output back."""
    stdin = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **stdin)
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}: {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _enter_network(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")


class Host:
    """A PC on the LAN. Made by Lab.host."""

    def __init__(self, lab: "Lab", name: str, number: int, mtu: int):
        self.lab = lab
        self.name = name
        self.namespace = f"{lab.name}-{name}"
        self.address, self.address6 = lab.addresses(number)
        self._has_filter = False
        run("ip", "netns", "add", self.namespace)
        # Duplicate address detection would keep an IPv6 address from being used for a second or two.
        self.run("sh", "-c", "for f in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >$f; done")
        run("ip", "-n", self.namespace, "link", "set", "lo", "up")
        self._plug_in("eth0", lab, number, mtu)

    def _plug_in(self, card: str, lab: "Lab", number: int, mtu: int) -> None:
        """Makes a card with its cable to a switch, and gives it its addresses."""
        address, address6 = lab.addresses(number)
        run("ip", "-n", lab.switch, "link", "add", "name", self.name, "mtu", str(mtu), "type", "veth",
            "peer", "name", card, "mtu", str(mtu), "netns", self.namespace)
        run("ip", "-n", self.namespace, "-batch", "-", text=f"""
            link set {card} up
            addr add {address}/24 brd + dev {card}
            addr add {address6}/64 dev {card} nodad
            """)
        run("ip", "-n", lab.switch, "link", "set", "dev", self.name, "master", "bridge", "up")

    def add_card(self, lab: "Lab", card: str = "eth1") -> str:
        """Puts in another card, with a cable to the switch of another lab; gives its IPv4 address there."""
        number = lab.next_number()
        self._plug_in(card, lab, number, lab.mtu)
        return lab.addresses(number)[0]

    def change_address(self, number: int) -> str:
        """As when a lease ends: the IPv4 address of eth0 is another one from now on; it is given back."""
        old, self.address = self.address, self.lab.addresses(number)[0]
        run("ip", "-n", self.namespace, "-batch", "-", text=f"""
            addr del {old}/24 dev eth0
            addr add {self.address}/24 brd + dev eth0
            """)
        return self.address

    def add_container_bridge(self, address: str = "172.17.0.1/16") -> None:
        """docker0 with a container behind it, which runs nothing. Its address is the same on every PC with Docker."""
        run("ip", "-n", self.namespace, "-batch", "-", text=f"""
            link add name docker0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
            addr add {address} brd + dev docker0
            link add name veth0 type veth peer name guest
            link set veth0 master docker0
            link set guest up
            link set veth0 up
            link set docker0 up
            """)

    def command(self, *command: str) -> list[str]:
        """The command line that runs `command` on this host; the process that it starts is `command` itself."""
        return ["ip", "netns", "exec", self.namespace, *DIE_WITH_PARENT, *command]

    def run(self, *command: str) -> str:
        """Runs a command on this host to its end."""
        return run(*self.command(*command))

    def popen(self, *command: str, **options) -> subprocess.Popen:
        """Starts a command on this host; the caller ends it."""
        return subprocess.Popen(self.command(*command), stdin=subprocess.DEVNULL, **options)

    def unplug(self) -> None:
        """Pulls the cable. Addresses stay, as they do on a PC."""
        run("ip", "-n", self.lab.switch, "link", "set", "dev", self.name, "down")

    def plug(self) -> None:
        run("ip", "-n", self.lab.switch, "link", "set", "dev", self.name, "up")

    def limit(self, megabits: float) -> None:
        """Limits the cable, both ways. The card pushes back on its sender; the switch drops what it cannot queue."""
        burst = max(64_000, round(megabits * 125))
        for namespace, device, queue in ((self.namespace, "eth0", 4_000_000),
                                         (self.lab.switch, self.name, max(200_000, round(megabits * 1250)))):
            run("tc", "-n", namespace, "qdisc", "replace", "dev", device, "root", "tbf",
                "rate", f"{round(megabits * 1000)}kbit", "burst", str(burst), "limit", str(queue))

    def drop_multicast(self) -> None:
        """Drops what arrives for a group; but neighbour discovery, without which there is no IPv6, goes on."""
        for groups in ("ip daddr 224.0.0.0/4", "ip6 daddr ff00::/8"):
            self.drop_incoming(f"meta l4proto udp {groups}")

    def drop_broadcast(self) -> None:
        """Drops what arrives for everybody, ARP excepted."""
        self.drop_incoming("meta l4proto udp meta pkttype broadcast")

    def drop_strangers(self) -> None:
        """A firewall as many PCs have it: only answers to what was sent from here come in."""
        self.drop_incoming("meta l4proto udp ct state new")

    def drop_incoming(self, match: str) -> None:
        """Drops what arrives and matches, for example `udp dport 5353` (nft's language)."""
        if not self._has_filter:
            self.run("nft", "add table inet lab; add chain inet lab incoming { type filter hook input priority 0; }")
            self._has_filter = True
        self.run("nft", f"add rule inet lab incoming {match} drop")

    def count_outgoing(self, match: str) -> None:
        """Counts from now on what leaves and matches; once for a host. See counted()."""
        self.run("nft", "add table inet watch; add chain inet watch outgoing { type filter hook output priority 0; }; "
                 f"add rule inet watch outgoing {match} counter")

    def counted(self) -> int:
        """How many packets left, since count_outgoing(), that match."""
        rules = json.loads(self.run("nft", "--json", "list", "chain", "inet", "watch", "outgoing"))["nftables"]
        return sum(part["counter"]["packets"] for entry in rules for part in entry.get("rule", {}).get("expr", [])
                   if "counter" in part)

    def lose(self, percent: float) -> None:
        """Loses that part of the packets that arrive, by chance. The senders have to send singly, or whole bursts go."""
        self.run("nft", 'add table netdev lab; add chain netdev lab incoming { type filter hook ingress device "eth0" '
                 f"priority 0; }}; add rule netdev lab incoming numgen random mod 100000 < {round(percent * 1000)} drop")

    def drop_nothing(self) -> None:
        """Lets everything in again."""
        self.run("nft", "flush chain inet lab incoming")

    def send_singly(self) -> None:
        """Cuts bursts into packets before they leave the card, as a real one does; else a filter sees a burst as one packet."""
        run("ip", "-n", self.namespace, "link", "set", "dev", "eth0", "gso_max_segs", "1")

    def bytes_sent(self) -> int:
        """Bytes that left through the card since the host was made, with all headers."""
        return self._traffic("tx")

    def bytes_received(self) -> int:
        """The same of what came in."""
        return self._traffic("rx")

    def _traffic(self, direction: str) -> int:
        (link,) = json.loads(run("ip", "-n", self.namespace, "-statistics", "-json", "link", "show", "eth0"))
        return link["stats64"][direction]["bytes"]

    def wire_bytes_sent(self) -> int:
        """Bytes that went into the limited cable: of a burst, too, each packet counts with its headers. After limit()."""
        (queue,) = json.loads(run("tc", "-n", self.namespace, "-statistics", "-json", "qdisc", "show", "dev", "eth0"))
        return queue["bytes"]

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Sockets that this thread makes in the meantime are this host's."""
        with Path("/proc/thread-self/ns/net").open("rb") as before, Path("/run/netns", self.namespace).open("rb") as here:
            _enter_network(here.fileno())
            try:
                yield
            finally:
                _enter_network(before.fileno())

    def connect(self, port: int) -> socket.socket:
        """A TCP connection from this host to itself. OSError where nobody listens."""
        with self.inside():
            return socket.create_connection(("127.0.0.1", port), timeout=10)


class Lab:
    """A switch and its hosts."""

    _numbers = count(1)

    def __init__(self, mtu: int = 1500, network: int = 77):
        self.name = f"lan{next(Lab._numbers)}"
        self.mtu = mtu
        self.network = network
        self._hosts_and_cards = count(11)
        self.switch = f"{self.name}-switch"
        self.hosts: list[Host] = []
        run("ip", "netns", "add", self.switch)
        run("ip", "-n", self.switch, "link", "add", "name", "bridge", "mtu", str(mtu), "type", "bridge",
            "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0")
        run("ip", "-n", self.switch, "link", "set", "dev", "bridge", "up")

    def host(self, name: str) -> Host:
        """Adds a host; the name is at most 15 bytes, as a network interface's is."""
        made = Host(self, name, self.next_number(), self.mtu)
        self.hosts.append(made)
        return made

    def next_number(self) -> int:
        """The last number of an address that nobody has."""
        return next(self._hosts_and_cards)

    def addresses(self, number: int) -> tuple[str, str]:
        """The IPv4 and the IPv6 address with that number."""
        return f"10.{self.network}.0.{number}", f"fd{self.network}::{number:x}"

    def close(self) -> None:
        """Removes the hosts and the switch. Their processes have been ended before."""
        for namespace in [host.namespace for host in self.hosts] + [self.switch]:
            run("ip", "netns", "del", namespace)
        self.hosts = []


def mount_memory(folder: Path, megabytes: int) -> None:
    """Mounts a file system of that size, in memory, at `folder`. Processes that were started before do not see it."""
    folder.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "lanspread-lab", str(folder))


def unmount(folder: Path) -> None:
    run("umount", "--lazy", str(folder))
