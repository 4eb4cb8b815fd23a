"""Temporary folders that a killed run cannot leave behind for ever."""
import shutil
import tempfile
from os import getpid
from pathlib import Path

PREFIX = "lanspread-lab-"


def make_work_folder() -> Path:
    """A new folder for this process, to be removed by the caller. Removes those of processes that are gone: their names
    carry the process id."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{getpid()}-"))
