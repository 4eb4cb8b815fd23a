"""A real avahi-daemon on a host of the lab, with a D-Bus of its own, and its tools."""
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from lab import Host
from peer import wait_for

TOOLS = ("dbus-daemon", "avahi-daemon", "avahi-browse", "avahi-publish", "avahi-resolve")

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""

DAEMON = """[server]
host-name={name}
use-ipv4=yes
use-ipv6=yes
allow-interfaces=eth0
[publish]
publish-hinfo=no
publish-workstation=no
"""


def is_installed() -> bool:
    """Are daemon and tools here? Some of them are in /usr/sbin, which is not in everybody's path."""
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    return all(shutil.which(tool, path=path) for tool in TOOLS)


@dataclass
class Service:
    """A service as avahi-browse has resolved it."""

    protocol: str
    name: str
    host: str
    address: str
    port: int
    text: dict[str, str] = field(default_factory=dict)


class Avahi:
    """avahi-daemon on `host`, running; `close` ends it and what it publishes."""

    def __init__(self, folder: Path, host: Host):
        self.host = host
        self.folder = folder / f"avahi-{host.name}"
        self.folder.mkdir(parents=True)
        self.processes: list[subprocess.Popen] = []
        self.socket = self.folder / "bus"
        self._log = self.folder / "log.txt"
        bus = self.folder / "bus.conf"
        bus.write_text(BUS.format(socket=self.socket))
        self._start("dbus-daemon", "--nofork", "--nopidfile", f"--config-file={bus}")
        wait_for(self.socket.exists, 10, "the D-Bus of avahi-daemon")
        daemon = self.folder / "avahi.conf"
        daemon.write_text(DAEMON.format(name=f"pc-{host.name}"))
        # Its folder in /run is always the same; in the mount namespace that each command on a host has, it is this
        # daemon's own.
        self._start("sh", "-c", "mkdir -p /run/avahi-daemon && mount -t tmpfs lanspread-lab /run/avahi-daemon && "
                    f"exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {daemon}")
        wait_for(lambda: "Server startup complete" in self.log(), 20, f"avahi-daemon on {host.name} is up")

    def _start(self, *command: str) -> None:
        with self._log.open("ab") as log:
            self.processes.append(self.host.popen(*command, stdout=log, stderr=log, env=self._environment()))

    def _environment(self) -> dict[str, str]:
        path = os.environ.get("PATH", "") + ":/usr/sbin"
        return os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.socket}", "PATH": path, "LC_ALL": "C.UTF-8"}

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def publish(self, name: str, port: int, *text: str) -> None:
        """Publishes a service of our type until `close`; returns when the daemon has it established."""
        self._start("avahi-publish", "-s", name, "_lanspread._udp", str(port), *text)
        wait_for(lambda: "Established under name" in self.log(), 20, f"{name} is published")

    def browse(self, *options: str) -> list[str]:
        """The lines of avahi-browse, machine-readable, once it has seen all that is there."""
        return self._tool("avahi-browse", "--parsable", "--terminate", *options).splitlines()

    def resolve(self, host: str, family: str) -> str:
        """The address of a host, of the family "-4" or "-6"; empty where there is none."""
        return self._tool("avahi-resolve", family, "--name", host).partition("\t")[2].strip()

    def _tool(self, *command: str) -> str:
        done = subprocess.run(self.host.command(*command), capture_output=True, text=True, check=False, timeout=30,
                              stdin=subprocess.DEVNULL, env=self._environment())
        return done.stdout

    def services(self) -> list[Service]:
        """The services of our type, resolved."""
        found = []
        for line in self.browse("--resolve", "_lanspread._udp"):
            parts = line.split(";", 9)
            if parts[0] == "=" and len(parts) == 10:
                text = dict(entry.split("=", 1) for entry in parts[9].strip('"').split('" "') if "=" in entry)
                found.append(Service(parts[2], parts[3], parts[6], parts[7], int(parts[8]), text))
        return found

    def close(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(10)
        self.processes = []
