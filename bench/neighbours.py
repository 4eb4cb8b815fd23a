"""Room in the kernel's tables of neighbours (ARP, NDP) for many emulated hosts.

All network namespaces of a machine share them: 1,024 entries for each family, of which a party of N hosts wants N².
A full table drops packets, as if the network were broken; PCs of their own never come near it.
"""
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

FAMILIES = ("ipv4", "ipv6")
# Where the kernel begins to collect, where it does so at once, and where it refuses.
THRESHOLDS = {"gc_thresh1": 2, "gc_thresh2": 3, "gc_thresh3": 4}


@contextmanager
def room_for_neighbours(hosts: int) -> Iterator[str | None]:
    """To be entered before the process leaves the machine's own network namespace; puts back what was there. Gives why
    there is no room, where there is none."""
    wanted = hosts * hosts
    with ExitStack() as stack:
        try:
            for family in FAMILIES:
                for name, share in THRESHOLDS.items():
                    # An open file goes on meaning the namespace that it was opened in.
                    file = stack.enter_context(
                        Path(f"/proc/sys/net/{family}/neigh/default/{name}").open("r+", buffering=1))
                    before = int(file.read())
                    if before < wanted * share:
                        _write(file, wanted * share)
                        stack.callback(_write, file, before)
            reason = None
        except OSError as error:
            reason = f"the kernel's tables of neighbours cannot be made larger: {error}"
        yield reason


def _write(file, value: int) -> None:
    file.seek(0)
    file.write(f"{value}\n")
    file.flush()
