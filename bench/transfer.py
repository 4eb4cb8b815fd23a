#!/usr/bin/python3
"""transfer.py: one source, one receiver, a cable without a limit; beside nginx HTTPS + curl and iperf3 in the same run.

See README.md for what is measured and how to read it.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "lan"))

import lab  # noqa: E402
import trees  # noqa: E402
from cpu import cpu_of_machine, cpu_of_process, finish  # noqa: E402
from isolation import isolate, why_not  # noqa: E402
from machine import available_memory, machine_text, show_progress, touch_memory, write_unpredictable  # noqa: E402
from peer import Peer, wait_for  # noqa: E402
from work_folder import make_work_folder  # noqa: E402

GAME = "bench"
CIPHER = "TLS_AES_128_GCM_SHA256"


class Pair:
    """Two hosts with a cable to one switch, and a file system in memory for each. The source has the game."""

    def __init__(self, work: Path, mtu: int, size: int):
        self.size = size
        self.lan = lab.Lab(mtu)
        self.source, self.receiver = self.lan.host("source"), self.lan.host("receiver")
        self.source_folder, self.receiver_folder = work / "source", work / "receiver"
        for folder in (self.source_folder, self.receiver_folder):
            lab.mount_memory(folder, 2 * size // 1_000_000 + 200)  # a download looks for room to install as well
        self.game = self.source_folder / "alice" / "games" / GAME
        self.file = self.game / "game.pak"
        write_unpredictable(self.file, size)
        trees.finish(self.game, "20240101")

    def close(self) -> None:
        for folder in (self.source_folder, self.receiver_folder):
            lab.unmount(folder)
        self.lan.close()


class Lanspread:
    """`get --wait` of a game that the source has hashed before. The receiver is fresh in every round."""

    name = "lanspread"

    def __init__(self, pair: Pair, work: Path):
        self.pair = pair
        self.alice = self._peer(pair.source_folder, "alice", pair.source)
        wait_for(lambda: self.alice.has(GAME), 300, "the source has hashed the game")
        self.note = self.alice.status()["cipher"]

    @staticmethod
    def _peer(folder: Path, name: str, host: lab.Host) -> Peer:
        peer = Peer(folder, name, host)
        peer.log_level = "warning"
        return peer.start()

    def measure(self) -> dict:
        bob = self._peer(self.pair.receiver_folder, "bob", self.pair.receiver)
        try:
            wait_for(lambda: bob.sees(GAME), 30, "the receiver sees the game")
            touch_memory(self.pair.receiver_folder, self.pair.size)
            before = cpu_of_process(self.alice.process.pid), cpu_of_process(bob.process.pid), cpu_of_machine()
            done = bob.get(GAME, 600)
            after = cpu_of_process(self.alice.process.pid), cpu_of_process(bob.process.pid), cpu_of_machine()
            found = trees.differences(self.pair.game, bob.games_folder / GAME)
            assert not found, found
        finally:
            bob.end()
            shutil.rmtree(self.pair.receiver_folder / "bob")
        sender, receiver, machine = (b - a for a, b in zip(before, after))
        return {"seconds": done["seconds"], "sender": sender, "receiver": receiver, "machine": machine}

    def close(self) -> None:
        self.alice.end()


class NginxAndCurl:
    """HTTPS: TLS 1.3 with AES-128-GCM, one connection, sendfile, the kernel's TLS where Debian's nginx gets it."""

    name = "nginx HTTPS + curl"

    def __init__(self, pair: Pair, work: Path):
        self.pair = pair
        lab.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=bench", "-keyout", str(work / "key.pem"), "-out", str(work / "certificate.pem"))
        folders = "".join(f"{kind}_temp_path {work}/nginx-{kind};\n"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = work / "nginx.conf"
        configuration.write_text(f"""
            user root;
            worker_processes 1;
            pid {work}/nginx.pid;
            error_log {work}/nginx-error.log;
            events {{}}
            http {{
                access_log off;
                sendfile on;
                tcp_nopush on;
                {folders}
                server {{
                    listen 443 ssl;
                    ssl_certificate {work}/certificate.pem;
                    ssl_certificate_key {work}/key.pem;
                    ssl_protocols TLSv1.3;
                    ssl_conf_command Ciphersuites {CIPHER};
                    ssl_conf_command Options KTLS;
                    root {pair.game};
                }}
            }}
            """)
        self.nginx = pair.source.popen("nginx", "-e", str(work / "nginx-error.log"), "-c", str(configuration),
                                       "-g", "daemon off;")
        probe = ("--output", "/dev/null", f"https://{pair.source.address}/version.ini")
        wait_for(lambda: self._curl(*probe).wait() == 0, 10, "nginx answers")
        self.note = self._kernel_tls()

    def _curl(self, *arguments: str) -> subprocess.Popen:
        return self.pair.receiver.popen("curl", "--silent", "--insecure", "--tlsv1.3", "--tls13-ciphers", CIPHER,
                                        *arguments, stdout=subprocess.PIPE, text=True)

    def _kernel_tls(self) -> str:
        """Whether the kernel encrypted what nginx sent; Linux counts that for each network namespace."""
        counters = self.pair.source.run("sh", "-c", "cat /proc/net/tls_stat 2>/dev/null || true").split()
        used = dict(zip(counters[::2], counters[1::2]))
        return f"{CIPHER}, {'the kernel encrypts' if int(used.get('TlsTxSw', 0)) else 'OpenSSL encrypts'}"

    def measure(self) -> dict:
        target = self.pair.receiver_folder / "game.pak"
        touch_memory(self.pair.receiver_folder, self.pair.size)
        before = cpu_of_process(self.nginx.pid), cpu_of_machine()
        curl = self._curl("--output", str(target), "--write-out", "%{time_total}",
                          f"https://{self.pair.source.address}/game.pak")
        seconds = float(curl.stdout.read())
        receiver = finish(curl)
        after = cpu_of_process(self.nginx.pid), cpu_of_machine()
        assert target.stat().st_size == self.pair.size, "curl wrote another number of bytes"
        target.unlink()
        sender, machine = (b - a for a, b in zip(before, after))
        return {"seconds": seconds, "sender": sender, "receiver": receiver, "machine": machine}

    def close(self) -> None:
        self.nginx.terminate()
        self.nginx.wait()


class Iperf:
    """TCP, one connection: no file is read or written, nothing is encrypted or verified. The limit of this machine."""

    name = "iperf3 TCP"
    note = "no files, no encryption"

    def __init__(self, pair: Pair, work: Path):
        self.pair = pair

    def measure(self) -> dict:
        touch_memory(self.pair.receiver_folder, self.pair.size)
        before = cpu_of_machine()
        server = self.pair.receiver.popen("iperf3", "--server", "--one-off", "--forceflush", stdout=subprocess.PIPE,
                                          text=True)
        while "listening" not in server.stdout.readline():
            pass
        client = self.pair.source.popen("iperf3", "--client", self.pair.receiver.address, "--bytes", str(self.pair.size),
                                        "--json", stdout=subprocess.PIPE, text=True)
        report = json.loads(client.stdout.read())
        sender = finish(client)
        server.stdout.read()
        receiver = finish(server)
        machine = cpu_of_machine() - before
        return {"seconds": report["end"]["sum_received"]["seconds"], "sender": sender, "receiver": receiver,
                "machine": machine}

    def close(self) -> None:
        """Each measurement has ended its own processes."""


def measure(work: Path, mtu: int, size: int, rounds: int) -> dict:
    """All contenders over one pair, taking turns, so that a slow minute of the machine hits all of them."""
    pair = Pair(work, mtu, size)
    contenders = []
    try:
        for kind in (Lanspread, NginxAndCurl, Iperf):
            contenders.append(kind(pair, work))
        results = {contender.name: [] for contender in contenders}
        for number in range(rounds):
            turn = number % len(contenders)
            for contender in contenders[turn:] + contenders[:turn]:
                show_progress(f"MTU {mtu}, round {number + 1} of {rounds}: {contender.name}")
                results[contender.name].append(contender.measure())
        show_progress("")
        return {"mtu": mtu, "bytes": size, "results": results,
                "notes": {contender.name: contender.note for contender in contenders}}
    finally:
        for contender in contenders:
            contender.close()
        pair.close()


def print_table(row: dict) -> None:
    gigabytes = row["bytes"] / 1e9
    rounds = len(row["results"][Lanspread.name])
    print(f"\nMTU {row['mtu']}: {gigabytes:.1f} GB in memory, medians (min–max) of {rounds} rounds")
    print(f"{'':<20} {'MB/s':<20} {'Gbit/s':>6}   CPU s/GB: {'sender':<18} {'receiver':<18} {'machine':<18}")
    for name, results in row["results"].items():
        rates = [row["bytes"] / 1e6 / result["seconds"] for result in results]
        rate = f"{median(rates):.0f} ({min(rates):.0f}–{max(rates):.0f})"
        cells = [rate.ljust(20), f"{median(rates) * 8 / 1000:>6.2f}", " " * 11]
        for side in ("sender", "receiver", "machine"):
            values = [result[side] / gigabytes for result in results]
            cells.append(f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})".ljust(18))
        print(f"{name:<20} {' '.join(cells)}  {row['notes'][name]}")
    ours = row["results"][Lanspread.name]
    for other in (NginxAndCurl.name, Iperf.name):
        theirs = row["results"][other]
        speed = median(r["seconds"] for r in theirs) / median(r["seconds"] for r in ours)
        cost = {side: median(r[side] for r in ours) / max(1e-9, median(r[side] for r in theirs))
                for side in ("sender", "receiver", "machine")}
        cost["both"] = (median(r["sender"] + r["receiver"] for r in ours)
                        / max(1e-9, median(r["sender"] + r["receiver"] for r in theirs)))
        print(f"lanspread ÷ {other}: speed {speed:.2f}; CPU of both sides {cost['both']:.2f} "
              f"(sender {cost['sender']:.2f}, receiver {cost['receiver']:.2f}, machine {cost['machine']:.2f})")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="./dev bench transfer", description=__doc__)
    arguments.add_argument("--gigabytes", type=float, default=2.0, help="size of the game (2); twice that in memory")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--mtu", type=int, nargs="+", default=[1500, 9000])
    arguments.add_argument("--json", type=Path, help="also write everything that was measured to this file")
    options = arguments.parse_args()
    size = int(options.gigabytes * 1e9)
    reason = why_not() if os.geteuid() == 0 else "it needs root (nginx does, in a namespace)"
    if not reason and available_memory() < 2.3 * size:
        reason = f"it needs {2.3 * size / 1e9:.1f} GB of free memory; --gigabytes makes it smaller"
    if reason:
        print(f"bench transfer: not possible here: {reason}", file=sys.stderr)
        return 1
    target = options.json.resolve() if options.json else None
    isolate()
    print(machine_text())
    rows = []
    work = make_work_folder()
    try:
        for mtu in options.mtu:
            rows.append(measure(work, mtu, size, options.rounds))
            print_table(rows[-1])
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if target:
        target.write_text(json.dumps({"machine": machine_text(), "rows": rows}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
