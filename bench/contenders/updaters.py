"""Programs that bring an old version of a tree up to a new one on another host."""
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import trees
from lab import Host, run
from peer import Peer, wait_for

PORT = 8000
LARGE = 1024 * 1024


class Updater:
    """One update. `folder` is its own, in memory."""

    name = ""
    note = ""

    def __init__(self, folder: Path, source: Host, receiver: Host):
        self.folder = folder
        self.source = source
        self.receiver = receiver
        self.tree = folder  # the receiver's, once `prepare` has said where

    def prepare(self, old: Path, new: Path) -> None:
        """Everything that happens before the receiver is told to update: both versions lie in place, indexes are made."""
        raise NotImplementedError

    def update(self) -> float:
        """Updates the receiver's tree, and says how many seconds that took."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends what runs."""


class Lanspread(Updater):
    name = "lanspread"
    note = "encrypted, all verified"

    def prepare(self, old: Path, new: Path) -> None:
        self._alice = self._peer("alice", self.source, new)
        self._bob = self._peer("bob", self.receiver, old)
        self.tree = self._bob.games_folder / old.name
        self._version = (new / "version.ini").read_text().strip()
        wait_for(lambda: self._bob.sees(old.name), 30, "the receiver sees the new version")

    def _peer(self, name: str, host: Host, root: Path) -> Peer:
        peer = Peer(self.folder, name, host)
        peer.log_level = "warning"
        trees.copy_game(root, peer.games_folder)
        peer.start()
        wait_for(lambda: peer.has(root.name), 300, f"{name} has hashed its version")
        return peer

    def update(self) -> float:
        answer = self._bob.cli("get", self.tree.name, "--version", self._version, "--wait", seconds=600)
        assert answer.code == 0, answer.errors
        (seconds,) = [word.partition("=")[2] for word in answer.output.split() if word.startswith("seconds=")]
        return float(seconds)

    def close(self) -> None:
        for peer in (getattr(self, "_bob", None), getattr(self, "_alice", None)):
            if peer:
                peer.end()


class Rsync(Updater):
    """Its daemon on the source; blocks as it chooses them. Only files whose size or time differ are looked into."""

    name = "rsync"
    note = "plain TCP; -a --delete, by size and time"

    def prepare(self, old: Path, new: Path) -> None:
        self.tree = trees.copy_game(old, self.folder / "receiver")
        copy = trees.copy_game(new, self.folder / "source")
        configuration = self.folder / "rsyncd.conf"
        configuration.write_text(f"use chroot = no\n[game]\npath = {copy}\nread only = yes\nuid = {_user()}\n")
        self._daemon = self.source.popen("rsync", "--daemon", "--no-detach", f"--port={PORT}",
                                         f"--config={configuration}", stdout=subprocess.DEVNULL)
        _wait_for_port(self.source)

    def update(self) -> float:
        began = time.monotonic()
        self.receiver.run("rsync", "-a", "--delete", f"rsync://{self.source.address}:{PORT}/game/", f"{self.tree}/")
        return time.monotonic() - began

    def close(self) -> None:
        _end(getattr(self, "_daemon", None))


class Zsync(Updater):
    """A .zsync of each large file, made before; the old file of that name (or the only one) is where it looks."""

    name = "zsync"
    note = "HTTP, file by file"

    def prepare(self, old: Path, new: Path) -> None:
        self.tree = trees.copy_game(old, self.folder / "receiver")
        copy = trees.copy_game(new, self.folder / "source")
        large = [path for path in copy.rglob("*") if path.is_file() and path.stat().st_size >= LARGE]
        if not large:
            raise ValueError("no file is large enough for it")
        for path in large:
            run("zsyncmake", "-u", f"http://{self.source.address}:{PORT}/{quote(path.name)}", "-o", f"{path}.zsync",
                str(path))
        self._large = [path.name for path in large]
        self._new = copy
        configuration = self.folder / "nginx.conf"
        folders = "".join(f"{kind}_temp_path {self.folder}/nginx-{kind};\n"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration.write_text(f"""
            {'user root;' if _user() == 'root' else ''}
            worker_processes 1;
            pid {self.folder}/nginx.pid;
            error_log {self.folder}/nginx-error.log;
            events {{}}
            http {{ access_log off; {folders} server {{ listen {PORT}; root {copy}; }} }}
            """)
        self._nginx = self.source.popen("nginx", "-e", str(self.folder / "nginx-error.log"), "-c", str(configuration),
                                        "-g", "daemon off;")
        _wait_for_port(self.source)

    def update(self) -> float:
        began = time.monotonic()
        for name in self._large:
            present = [path for path in self.tree.glob("*.pak") if path.name == name] or list(self.tree.glob("*.pak"))
            target = self.folder / "target"
            target.mkdir(exist_ok=True)
            seeds = [word for path in present for word in ("-i", str(path))]
            done = self.receiver.popen("zsync", "-q", *seeds, "-o", str(target / name),
                                       f"http://{self.source.address}:{PORT}/{quote(name)}.zsync", cwd=target,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if done.wait() != 0:
                raise RuntimeError(f"zsync ended with {done.returncode}")
        seconds = time.monotonic() - began
        self._tidy()
        return seconds

    def _tidy(self) -> None:
        """What zsync leaves to others: the small files and the deletions, for the comparison; moves nothing."""
        for path in self.tree.glob("*.pak"):
            path.unlink()
        for name in self._large:
            (self.folder / "target" / name).rename(self.tree / name)
        (self.tree / "version.ini").write_text((self._new / "version.ini").read_text())

    def close(self) -> None:
        _end(getattr(self, "_nginx", None))


def _user() -> str:
    return run("id", "-un").strip()


def _wait_for_port(host: Host) -> None:
    def answers() -> bool:
        try:
            host.connect(PORT).close()
        except OSError:
            return False
        return True

    wait_for(answers, 10, "the server answers")


def _end(process: subprocess.Popen | None) -> None:
    if process:
        process.terminate()
        process.wait()


UPDATERS: dict[str, type[Updater]] = {kind.name: kind for kind in (Lanspread, Rsync, Zsync)}
