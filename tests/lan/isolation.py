"""Moves this process into namespaces of its own, where it may make and remove networks and mounts as it likes.

Nothing of them is visible outside, and the kernel removes all of it when the process ends, however it ends: so there is
nothing to clean up after a crash, and two runs never meet. As root this always works; as somebody else where the system
allows unprivileged user namespaces, as Debian 12 does.
"""
import ctypes
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def isolate() -> None:
    """Raises OSError or CalledProcessError where the system refuses. Once for a process, before it has threads."""
    user, group = os.geteuid(), os.getegid()
    flags = CLONE_NEWNS | CLONE_NEWNET | (0 if user == 0 else CLONE_NEWUSER)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        error = ctypes.get_errno()
        raise OSError(error, f"unshare: {os.strerror(error)}")
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _run("mount", "--make-rprivate", "/")
    # `ip netns` keeps its names in /run. A fresh /run also hides the system's services (resolver, D-Bus, Avahi).
    _run("mount", "-t", "tmpfs", "lanspread-lab", "/run")
    # A look-up of a name fails at once here; with the machine's resolver, out of reach, it would hang for ten seconds.
    resolver = Path("/run/resolv.conf")
    resolver.write_text("nameserver 127.0.0.1\n")
    if Path("/etc/resolv.conf").exists():
        _run("mount", "--bind", str(resolver), "/etc/resolv.conf")
    _run("ip", "link", "set", "lo", "up")


@cache
def why_not() -> str | None:
    """Why hosts cannot be emulated on this machine, or None where they can. Tries it out, in a process of its own."""
    trial = subprocess.run([sys.executable, __file__], capture_output=True, text=True, timeout=60, check=False)
    if trial.returncode == 0:
        return None
    lines = trial.stderr.strip().splitlines()
    return lines[-1] if lines else f"the trial ended with {trial.returncode}"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def _trial() -> None:
    from lab import Lab

    isolate()
    lab = Lab()
    lab.host("a").limit(100)
    lab.host("b").drop_incoming("udp dport 9")
    lab.hosts[0].run("true")
    lab.close()


if __name__ == "__main__":
    try:
        _trial()
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(f"{error} {getattr(error, 'stderr', '') or ''}".strip())
