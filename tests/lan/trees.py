"""Games for tests: made, compared, damaged."""
import errno
import filecmp
import os
import random
import shutil
from pathlib import Path

# What a game root may hold beside the package: the player's installation, and the program's own folder.
NOT_IN_PACKAGE = ("local", ".lanspread")
MIB = 1024 * 1024


def write_random(path: Path, size: int, seed: int) -> None:
    """A file of bytes that do not compress; the same for the same seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = random.Random(seed)
    with path.open("wb") as file:
        while size > 0:
            piece = min(size, 4 * MIB)
            file.write(source.randbytes(piece))
            size -= piece


def finish(root: Path, version: str) -> Path:
    """Makes the folder a complete game root."""
    (root / "version.ini").write_text(version + "\n")
    return root


def small_game(games: Path, name: str = "quake", megabytes: int = 5, seed: int = 1, version: str = "20240101") -> Path:
    """One file of that many MiB and a few small ones."""
    root = games / name
    write_random(root / "game.pak", megabytes * MIB, seed)
    for number in range(5):
        write_random(root / "maps" / f"map{number}.bsp", 1000 * number + 17, seed * 100 + number)
    return finish(root, version)


def game_of_small_files(games: Path, name: str = "many", count: int = 20_000) -> Path:
    """`count` files of 0 to 3,000 bytes in 200 folders."""
    source = random.Random(3)
    root = games / name
    for folder in range(200):
        (root / f"dir{folder % 20}" / f"sub{folder}").mkdir(parents=True)
    for number in range(count):
        folder = number % 200
        path = root / f"dir{folder % 20}" / f"sub{folder}" / f"file{number}.dat"
        path.write_bytes(source.randbytes(source.randrange(3000)))
    return finish(root, "20240101")


def game_of_middle_files(games: Path, name: str = "quake", count: int = 1000, size: int = 40_000) -> Path:
    """Files that are smaller than a chunk, so that their room on the disk is taken as they are written."""
    for number in range(count):
        write_random(games / name / f"dir{number % 20}" / f"file{number}.dat", size, number)
    return finish(games / name, "20240101")


def odd_game(games: Path, name: str = "odd") -> Path:
    """Everything that a tree of plain files can have: empty files, spaces, umlauts, executable bits, depth, edges of
    chunks; and beside the package an installation, which is nobody else's business."""
    root = games / name
    sizes = {
        "empty": 0,
        "folder with spaces/a file with  two spaces.txt": 10,
        "Größe/Übung äöüß.txt": 100,
        "日本語/ゲーム.dat": 300,
        "deep/" + "/".join(f"level{n}" for n in range(20)) + "/bottom.bin": 1,
        "edges/one byte less than a chunk": MIB - 1,
        "edges/one chunk": MIB,
        "edges/one byte more than a chunk": MIB + 1,
        "edges/empty too": 0,
        "-starts-with-a-dash": 5,
        "UPPER lower.TXT": 7,
        "bin/run.sh": 50,
        "bin/engine": 3 * MIB + 12345,
    }
    for seed, (path, size) in enumerate(sizes.items()):
        write_random(root / path, size, seed)
    for path in ("bin/run.sh", "bin/engine"):
        (root / path).chmod(0o755)
    write_random(root / "local" / "saved games" / "mine.sav", 1000, 99)
    return finish(root, "20231224")


def sparse_game(games: Path, name: str = "huge") -> Path:
    """A file of more than 4 GiB that takes little space: data at its start, across 4 GiB, and at its end."""
    root = games / name
    root.mkdir(parents=True)
    size = 4096 * MIB + 5 * MIB + 123
    source = random.Random(4)
    with (root / "huge.pak").open("wb") as file:
        file.truncate(size)
        for offset in (0, 4096 * MIB - 1000, size - 2000):
            file.seek(offset)
            file.write(source.randbytes(2000))
    return finish(root, "20240101")


def package_files(root: Path) -> dict[str, Path]:
    """The files of the package in a game root, by their relative paths."""
    found = {}
    for folder, folders, files in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in NOT_IN_PACKAGE]
        for name in files:
            path = Path(folder) / name
            found[str(path.relative_to(root))] = path
    return found


def differences(original: Path, copy: Path) -> list[str]:
    """What differs between the packages in two game roots: names, bytes, executable bits. Empty where they are equal."""
    left, right = package_files(original), package_files(copy)
    found = [f"missing: {path}" for path in sorted(left.keys() - right.keys())]
    found += [f"extra: {path}" for path in sorted(right.keys() - left.keys())]
    for path in sorted(left.keys() & right.keys()):
        if not filecmp.cmp(left[path], right[path], shallow=False):
            found.append(f"other bytes: {path}")
        if os.access(left[path], os.X_OK) != os.access(right[path], os.X_OK):
            found.append(f"other executable bit: {path}")
    return found


def flip_byte(path: Path, offset: int) -> None:
    """Damages a file as a bad disk would: its size and times stay as they are."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(offset)
        (value,) = file.read(1)
        file.seek(offset)
        file.write(bytes([value ^ 0xFF]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def fill_disk(file: Path) -> None:
    """Writes to the file until its file system has no room left."""
    with file.open("wb", buffering=0) as filler:
        for piece in (MIB, 4096):
            try:
                while filler.write(bytes(piece)) == piece:
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def copy_game(root: Path, games: Path) -> Path:
    """The same game in another games folder."""
    return Path(shutil.copytree(root, games / root.name))
