"""Run a program to its end, and say what it and everything that it started have cost."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, and the peak memory of the largest process in megabytes (10**6 bytes)."""

    wall: float
    cpu: float
    peak: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


class FailedError(Exception):
    """A measured program did not do what it was started for."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], ends: Sequence[int] = (0,)) -> Cost:
    """Run *command* in *folder*; raise :class:`FailedError` if it ends with another code than one of *ends*."""
    log = folder / ".benchmark.log"
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends:
        raise FailedError(f"{' '.join(command)}: ended with {process.returncode}\n{log.read_text()[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in kibibytes elsewhere
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)
