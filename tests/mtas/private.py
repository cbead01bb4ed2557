"""A server in namespaces of its own: it sees other files in some places, and it surely ends.

A shell is the first process of the server's process namespace, and reads from a pipe that the test
holds. When the test is over, or is killed itself, the pipe ends, the shell with it, and the kernel
ends whatever else runs in the namespace.
"""

import shlex
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.clock import SystemClock
from tests.outside import need, need_root

_PATIENCE_SECONDS = 30.0

_SCRIPT = """\
set -e
{mounts}
{command} &
exec cat >/dev/null
"""


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    port: int | None = None,
    before: Sequence[str] = (),
    binds: Mapping[str, Path] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a server until the block ends, from when it listens on its port, if it has one.

    ``before`` are commands of the shell that prepare its files; then each of ``binds`` stands
    where its key says. Nothing of that is seen from outside of the server.
    """
    need_root(f"a private {Path(command[0]).name}")
    mounts = [*before]
    mounts += [f"mount --bind {shlex.quote(str(it))} {to}" for to, it in (binds or {}).items()]
    script = _SCRIPT.format(mounts="\n".join(mounts), command=shlex.join(command))
    with log.open("ab") as said:
        process = subprocess.Popen(  # noqa: S603 - programs of the system
            [
                *(need("unshare"), "--mount", "--pid", "--fork", "--kill-child", "--"),
                *("/bin/sh", "-c", script),
            ],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", **(environment or {})},
        )
    assert process.stdin is not None
    try:
        if port is not None:
            wait_for_port(port, log)
        yield
    finally:
        process.stdin.close()
        process.wait(_PATIENCE_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_open(port: int) -> bool:
    """Tell whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for_port(port: int, log: Path) -> None:
    """Wait until somebody listens there; else fail with what the server said."""
    clock = SystemClock()
    end = clock.boot_time() + _PATIENCE_SECONDS
    while clock.boot_time() < end:
        if is_open(port):
            return
        clock.sleep(0.02)
    raise AssertionError(f"nobody listens on {port}: {log.read_text(errors='replace')}")


def accounts(folder: Path, users: Mapping[str, tuple[int, str]]) -> dict[str, Path]:
    """Write the system's accounts with some more into a folder; give what binds them.

    ``users`` are user ids and home folders by name.
    """
    for name, line in (
        ("passwd", "{user}:x:{id}:{id}::{home}:/bin/sh\n"),
        ("group", "{user}:x:{id}:\n"),
    ):
        more = "".join(
            line.format(user=user, id=number, home=home) for user, (number, home) in users.items()
        )
        (folder / name).write_text(Path("/etc", name).read_text(encoding="utf-8") + more)
    return {"/etc/passwd": folder / "passwd", "/etc/group": folder / "group"}
