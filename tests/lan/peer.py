"""A running lanspread, and what a test does with it."""
import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab import DIE_WITH_PARENT, Host

# How long a peer may take to be ready, and to end. Bounds that only a broken program reaches, on a busy machine too.
READY_SECONDS = 20
END_SECONDS = 10


def binary() -> str:
    """The program under test: LANSPREAD_BIN, else the release build."""
    built = Path(__file__).resolve().parents[2] / "build" / "release" / "bin" / "lanspread"
    return os.environ.get("LANSPREAD_BIN") or str(built)


def bad_disk() -> str:
    """The library that makes a peer read wrong bytes (bad_disk.c)."""
    built = Path(__file__).resolve().parents[2] / "build" / "release" / "tests" / "libbad_disk.so"
    return os.environ.get("LANSPREAD_BAD_DISK") or str(built)


def wait_for(condition: Callable, seconds: float = 30, what: str = "") -> object:
    """Waits until `condition()` is true and gives its value; an AssertionError that says `what` after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or condition.__name__}; last: {value!r}")
        time.sleep(0.05)


@dataclass
class Answer:
    """What a command of the command line came to."""

    code: int
    output: str
    errors: str

    @property
    def document(self):
        return json.loads(self.output)

    @property
    def objects(self) -> list:
        """For commands that print one object a line."""
        return [json.loads(line) for line in self.output.splitlines() if line.strip()]


class Peer:
    """One peer with a state and a games folder below `folder`; on `host`, or on this machine where that is None."""

    def __init__(self, folder: Path, name: str, host: Host | None = None, options: tuple[str, ...] = ()):
        self.name = name
        self.host = host
        self.options = options
        self.log_level = "debug"
        self.environment: dict[str, str] = {}
        self.state = folder / name / "state"
        self.games_folder = folder / name / "games"
        self.log = folder / name / "log.txt"
        self.output = folder / name / "output.txt"
        self.process: subprocess.Popen | None = None
        self.ready: dict[str, str] = {}
        self.games_folder.mkdir(parents=True, exist_ok=True)

    # --- The process ------------------------------------------------------------------------------------------------

    def start(self, *options: str) -> "Peer":
        """Starts it and waits until it serves."""
        self.launch(*options)
        return self.wait_until_ready()

    def wait_until_ready(self) -> "Peer":
        """For those who launched several at once."""
        line = wait_for(self._ready_line, READY_SECONDS, f"the ready line of {self.name}")
        self.ready = dict(re.findall(r"(\w+)=(\S+)", line.group()))
        return self

    def launch(self, *options: str) -> None:
        """Starts it and waits for nothing."""
        command = [*self._run_command(), *self.options, *options]
        prefix = self.host.command() if self.host else list(DIE_WITH_PARENT)
        with self.output.open("wb") as output, self.log.open("ab") as log:
            self.process = subprocess.Popen(prefix + command, stdin=subprocess.DEVNULL, stdout=output, stderr=log,
                                            start_new_session=True, env=os.environ | self.environment)

    def _run_command(self) -> list[str]:
        return [binary(), "run", "--state", str(self.state), "--games", str(self.games_folder), "--name", self.name,
                "--log-level", self.log_level]

    def _ready_line(self) -> re.Match | None:
        if not self.is_running():
            raise AssertionError(f"{self.name} ended with {self.process.returncode} before it was ready:\n"
                                 + self.log_tail())
        return re.search(r"^ready .*$", self.output.read_text(), re.MULTILINE)

    @property
    def id(self) -> str:
        return self.ready["id"]

    @property
    def port(self) -> int:
        return int(self.ready["listen"].rpartition(":")[2])

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def open_files(self) -> list[str]:
        """What its descriptors point to."""
        return [os.readlink(entry) for entry in Path(f"/proc/{self.process.pid}/fd").iterdir() if entry.is_symlink()]

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def end(self) -> None:
        """Ends it if it still runs; an AssertionError where it crashed, hangs, or ends with anything but 0."""
        if self.process is None:
            return
        running = self.is_running()
        try:
            code = self.terminate() if running else self.process.returncode
        except AssertionError:
            self.kill()
            raise
        self.process = None
        assert code == 0, f"{self.name} {'ended' if running else 'had ended by itself'} with {code}"

    def terminate(self, seconds: float = END_SECONDS) -> int:
        """SIGTERM; gives the exit code, or fails where the process does not end."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {seconds} s of SIGTERM:\n{self.log_tail()}") from None

    def log_tail(self, lines: int = 40) -> str:
        """The end of its log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    # --- The command line -------------------------------------------------------------------------------------------

    def command(self, *arguments: str) -> list[str]:
        return [binary(), *arguments, "--state", str(self.state)]

    def cli(self, *arguments: str, seconds: float = 60) -> Answer:
        """Runs a command of the command line to its end."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False, timeout=seconds,
                              stdin=subprocess.DEVNULL)
        return Answer(done.returncode, done.stdout, done.stderr)

    def ask(self, *arguments: str):
        """The document that a command prints with --json, or its list; the command has to succeed."""
        answer = self.cli(*arguments, "--json")
        assert answer.code == 0, f"{self.name}: {' '.join(arguments)}: {answer.code}: {answer.errors}"
        document = answer.document
        return document["items"] if set(document) == {"items"} else document

    def status(self) -> dict:
        return self.ask("status")

    def peers(self) -> list[dict]:
        return self.ask("peers")

    def peer(self, other: "Peer") -> dict | None:
        """What this peer knows about another."""
        return next((entry for entry in self.peers() if entry["id"] == other.id), None)

    def is_connected_to(self, other: "Peer") -> bool:
        entry = self.peer(other)
        return entry is not None and entry["state"] == "connected"

    def game(self, name: str) -> dict | None:
        """What this peer knows about a game; None where nobody has it."""
        answer = self.cli("show", name, "--json")
        if answer.code == 5:
            return None
        assert answer.code == 0, f"{self.name}: show {name}: {answer.code}: {answer.errors}"
        return answer.document

    def has(self, name: str) -> bool:
        """Is the game here, whole?"""
        game = self.game(name)
        return game is not None and game["local"]

    def sees(self, name: str, peers: int = 1) -> bool:
        """Do that many others offer a version of the game?"""
        game = self.game(name)
        return game is not None and any(len(version["peers"]) >= peers for version in game["versions"])

    def download(self, name: str) -> dict:
        """The running or last download of a game; an empty one where there was none."""
        game = self.game(name)
        if game is None or not game["downloads"]:
            return {"state": "", "reason": "", "bytes_done": 0, "bytes_total": 0, "bytes_fetched": 0, "sources": []}
        return game["downloads"][0]

    def events(self, kind: str = "") -> list[dict]:
        """The events that are still kept, or those of one kind."""
        answer = self.cli("events", "--json")
        assert answer.code == 0, f"{self.name}: events: {answer.code}: {answer.errors}"
        return [event for event in answer.objects if not kind or event["kind"] == kind]

    def start_get(self, name: str) -> None:
        """Asks for a game and does not wait for it."""
        answer = self.cli("get", name)
        assert answer.code == 0, f"{self.name}: get {name}: {answer.code}: {answer.errors}"

    def get(self, name: str, seconds: float = 120) -> dict[str, float]:
        """Fetches a game and gives the numbers of the `done` line."""
        answer = self.cli("get", name, "--wait", seconds=seconds)
        assert answer.code == 0, f"{self.name}: get {name} --wait: {answer.code}: {answer.errors}"
        line = re.search(r"^done .*$", answer.output, re.MULTILINE)
        assert line, f"no done line in {answer.output!r}"
        return {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", line.group())}
