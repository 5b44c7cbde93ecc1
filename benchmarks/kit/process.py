"""What a piece of work takes when it has a process to itself: CPU seconds and memory that are its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACK = Path(__file__).resolve().parent.parent.parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}


def alone(name: str, *options: str) -> Any:
    """What `part(*options)` of a benchmark returns, in a process of its own on one thread.

    Raises:
        subprocess.CalledProcessError: the part failed; its own words went to stderr.
    """
    command = [sys.executable, "-m", "benchmarks", "--part", name, *options]
    variables = {**os.environ, **ONE_THREAD}
    done = subprocess.run(command, cwd=PACK, env=variables, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def memory(name: str) -> float:
    """MB of this process by the system's own names: VmRSS now, VmHWM at most, RssAnon now without mapped files.

    Not from getrusage: its peak is inherited from the process that started this one.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def forget_peak() -> None:
    """From here on VmHWM tells of what is yet to come."""
    Path("/proc/self/clear_refs").write_text("5")


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it took, its children's work included."""

    status: int
    cpu: float
    """Seconds."""
    peak: float
    """MB of the largest of them."""


def finish(process: subprocess.Popen) -> Ended:
    """Wait for a process."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
