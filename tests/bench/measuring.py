"""Measures work in a process of its own, so that neither time nor memory is somebody else's.

This module imports nothing of the project: a child's peak memory counts that of the process it
was started from, as long as that was, so the one that measures stays small.
"""

import importlib
import multiprocessing
import os
import resource
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

#: The repository.
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Cost:
    """What some work took."""

    seconds: float
    cpu_seconds: float
    #: The most that was resident at once, in megabytes of 1,000,000 bytes.
    peak_mb: float
    #: What it gave back.
    value: Any = None


def say(what: str) -> None:
    """Tell whoever waits what is being measured."""
    print(f"... {what}", file=sys.stderr, flush=True)  # noqa: T201 - this is a program


def call(work: str, *arguments: object) -> Cost:
    """Call ``module.function`` of this package in a new process; imports are not in the time."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        cost = ours.recv()
    except EOFError:
        cost = None
    process.join()
    if not isinstance(cost, Cost):
        raise SystemExit(f"{work} ended with {process.exitcode}")
    return cost


def _measure(pipe: Connection, work: str, arguments: tuple[object, ...]) -> None:
    module, name = work.split(".")
    function = getattr(importlib.import_module(f"tests.bench.{module}"), name)
    watch = Watch()
    value = function(*arguments)
    cost = watch.cost()
    if isinstance(value, Cost):  # it looked at the watch itself
        value, cost = value.value, value
    pipe.send(Cost(cost.seconds, cost.cpu_seconds, _peak_mb(), value))


def run(*arguments: str, site: Path | None = None, exits: int = 0) -> Cost:
    """Run the command ``mailbag`` in a new process, from nothing to its end.

    Python keeps what it compiled of the sources, as of every installed program.
    """
    where = ("--site", str(site)) if site else ()
    environment = {key: os.environ[key] for key in os.environ.keys() - {"PYTHONDONTWRITEBYTECODE"}}
    watch = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "pipeline", *where, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - watch
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != exits:
        raise SystemExit(f"mailbag {' '.join(arguments)} ended with {process.returncode}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, said)


def installed(folder: Path) -> Path:
    """Give the folder of what is compared with from npm, installed at the first time."""
    found = folder / "npm"
    if not found.exists():
        say("installing what ours is compared with")
        call("npm.install", found)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until somebody listens there."""
    end = time.perf_counter() + 10
    while time.perf_counter() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise SystemExit("the mail server does not listen")


class Watch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._seconds = time.perf_counter()
        self._cpu = _cpu()

    def cost(self, value: object = None) -> Cost:
        return Cost(time.perf_counter() - self._seconds, _cpu() - self._cpu, 0.0, value)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident_mb(which: str = "VmRSS") -> float:
    """Read what is resident of this process now, in megabytes; 0 where the system does not say."""
    status = Path("/proc/self/status")
    for line in status.read_text(encoding="utf-8").splitlines() if status.exists() else ():
        if line.startswith(f"{which}:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _peak_mb() -> float:
    """Read the process's own peak, which a new program starts anew."""
    return resident_mb("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
