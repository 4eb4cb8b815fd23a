#!/usr/bin/python3
"""Checks that each folder of src/ includes only from the folders that it may use.

A folder's CMakeLists.txt names them (lanspread_folder(NAME USES ...)), and what those may use comes with them. All folders
share one include root, so the compiler alone would not notice.
"""
import re
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "src"
ARGUMENT_NAMES = {"USES", "LIBRARIES", "PRIVATE_LIBRARIES"}


def used_folders(cmake_file: Path) -> set[str]:
    """What stands after USES in the file's call of lanspread_folder."""
    call = re.search(r"lanspread_folder\(([^)]*)\)", cmake_file.read_text())
    if not call:
        raise SystemExit(f"{cmake_file}: no call of lanspread_folder")
    used, current = set(), None
    for word in call.group(1).split():
        if word in ARGUMENT_NAMES:
            current = word
        elif current == "USES":
            used.add(word)
    return used


def closure(folder: str, uses: dict[str, set[str]]) -> set[str]:
    """The folder itself, what it uses, and what those use."""
    reached, waiting = set(), [folder]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting.extend(uses.get(current, ()))
    return reached


def violations(folder: str, allowed: set[str], folders: set[str]) -> list[str]:
    """One line for each include that is not allowed, or that names no folder of ours."""
    found = []
    for path in sorted((SOURCES / folder).rglob("*.[hc]*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+"([^/"]+)/', line)
            if include and include.group(1) not in allowed:
                target = include.group(1)
                reason = "may not use" if target in folders else "there is no folder"
                found.append(f"{path.relative_to(SOURCES.parent)}:{number}: src/{folder} {reason} src/{target}")
    return found


def main() -> int:
    files = sorted(SOURCES.glob("*/CMakeLists.txt"))
    uses = {path.parent.name: used_folders(path) for path in files}
    found = []
    for folder in uses:
        found += violations(folder, closure(folder, uses), set(uses))
    print("\n".join(found) if found else f"layers: {len(uses)} folders include only what they may use")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
