#!/usr/bin/python3
"""Checks what no compiler reads: no left-over marks in our files, and a README in each folder of src/."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = {".cpp", ".h", ".cmake", ".md", ".py", ".sh", ".txt", ".json"}
# Spelled in two parts, so that this file passes its own check.
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def our_files() -> list[Path]:
    """The files that are under version control, or would be."""
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT,
                             capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listing.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and (path.suffix in SUFFIXES or path.name == "dev")]


def main() -> int:
    found = []
    for path in our_files():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MARKS.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: left-over mark: {line.strip()}")
    for folder in sorted((ROOT / "src").iterdir()):
        if (folder / "CMakeLists.txt").exists() and not (folder / "README.md").exists():
            found.append(f"src/{folder.name}: no README.md that says what the folder is for")
    print("\n".join(found) if found else "text: no left-over marks, each folder has its README")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
