"""Which bytes of files have been written, in a memory file system: there, room that was only reserved is a hole."""
import os
from pathlib import Path

Extent = tuple[int, int]  # from, to


def written(path: Path) -> list[Extent]:
    """The parts of a file that hold data, to the page; none where there is no such file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return []
    found = []
    try:
        end = 0
        while True:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
            end = os.lseek(descriptor, start, os.SEEK_HOLE)
            found.append((start, end))
    except OSError:
        # ENXIO: no data follows.
        return found
    finally:
        os.close(descriptor)


def cover(extents: list[Extent], size: int) -> bool:
    """Do they, together, cover a file of that size?"""
    reached = 0
    for start, end in sorted(extents):
        if start > reached:
            break
        reached = max(reached, end)
    return reached >= size
