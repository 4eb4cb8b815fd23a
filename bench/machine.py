"""What the benches have in common about the machine they run on, and about telling people what goes on."""
import os
import platform
import sys
from pathlib import Path


def machine_text() -> str:
    models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"


def available_memory() -> int:
    (line,) = [line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable")]
    return int(line.split()[1]) * 1024


def touch_memory(folder: Path, size: int) -> None:
    """Takes the memory that files below `folder` will need, and gives it back. A virtual machine may get free memory from
    its host page by page at the first touch only, and that would be what is measured."""
    path = folder / "touched"
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    path.unlink()


def write_unpredictable(path: Path, size: int) -> None:
    """A file of random bytes, in a folder that is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        while size > 0:
            size -= file.write(os.urandom(min(size, 16_000_000)))


def show_progress(text: str) -> None:
    """One line on a terminal's standard error, in place of the last one; an empty text wipes it."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
