"""CPU seconds that processes and the machine have used."""
import os
import subprocess
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of_process(pid: int) -> float:
    """User and system time of a process with all its threads, of its children that run, and of those that it waited for."""
    # After the name, which is in brackets and may hold anything: state is field 3, utime 14, stime 15, cutime 16, cstime 17
    # (proc(5)).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    seconds = sum(int(field) for field in fields[11:15]) / TICKS
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            seconds += cpu_of_process(int(child))
    return seconds


def cpu_of_machine() -> float:
    """All that the machine did since its start: also interrupts, which belong to no process. Idle and stolen time not."""
    user, nice, system, _idle, _wait, interrupts, soft = (int(field) for field in
                                                          Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + interrupts + soft) / TICKS


def finish(process: subprocess.Popen) -> float:
    """Waits for the end of a process that we started, and gives the CPU seconds it used. A failure is raised."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return usage.ru_utime + usage.ru_stime


def schedule_time(pid: int) -> float:
    """The same of a process with its threads, as the scheduler counts it: to the nanosecond, so that the sum over many
    processes that do little is right, too. Threads that have ended and children do not count."""
    nanoseconds = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        nanoseconds += int((task / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9
