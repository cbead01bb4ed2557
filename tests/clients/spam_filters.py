"""Spam filters as a receiver runs them, without a network: from private folders, on loopback."""

import json
import re
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.clock import SystemClock
from tests.outside import need, need_root

_PATIENCE_SECONDS = 30.0

_RSPAMD = """\
.include "$CONFDIR/common.conf"
options {{
  .include "$CONFDIR/options.inc"
  .include(priority=10) "$LOCAL_CONFDIR/override.d/options.inc"
}}
logging {{ type = "file"; filename = "{folder}/log"; level = "warning"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
lua = "$RULESDIR/rspamd.lua"
.include "$CONFDIR/metrics.conf"
.include "$CONFDIR/actions.conf"
.include "$CONFDIR/groups.conf"
.include "$CONFDIR/composites.conf"
.include "$CONFDIR/modules.conf"
"""
_OPTIONS = """\
pidfile = "{folder}/pid";
tempdir = "{folder}";
url_tld = "{folder}/suffixes";
disable_hyperscan = true;
dns {{ nameserver = ["127.0.0.1:{closed}"]; timeout = 0.1s; retransmits = 1; }}
"""
#: They ask a name server, a database or a service.
_NEEDS_A_NETWORK = (
    *("arc", "asn", "dcc", "dkim", "dkim_signing", "dmarc", "fuzzy_check", "greylist", "hfilter"),
    *("history_redis", "mx_check", "neural", "ratelimit", "rbl", "replies", "reputation"),
    *("rspamd_update", "spf", "surbl", "url_redirector", "whitelist"),
)


@dataclass(frozen=True)
class Verdict:
    """What a filter thinks of a message."""

    score: float
    #: Why, by the filter's own names.
    symbols: dict[str, float]

    @property
    def against(self) -> dict[str, float]:
        """What speaks against the message."""
        return {name: score for name, score in self.symbols.items() if score > 0}


@dataclass(frozen=True)
class Rspamd:
    """A running one."""

    port: int

    def judge(self, message: bytes, *, sender: str, recipient: str) -> Verdict:
        """Ask as a mail server does that was handed the message by a stranger."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/checkv2",
            data=message,
            headers={
                # An address of the documentation (RFC 5737), so that no rule spares us.
                "IP": "192.0.2.25",
                "Helo": "mail.news.example",
                "Hostname": "mail.news.example",
                "From": sender,
                "Rcpt": recipient,
            },
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310 - loopback
            found: dict[str, Any] = json.load(answer)
        symbols = {name: float(it["score"]) for name, it in found["symbols"].items()}
        return Verdict(float(found["score"]), symbols)


@contextmanager
def rspamd() -> Iterator[Rspamd]:
    """Run rspamd until the block ends, with Debian's rules."""
    program = need("rspamd")
    need_root("a private rspamd")
    with tempfile.TemporaryDirectory(prefix="mailbag-rspamd-") as name:
        folder = Path(name)
        port, closed = _free_port(), _free_port()
        (folder / "override.d").mkdir()
        for module in _NEEDS_A_NETWORK:
            (folder / "override.d" / f"{module}.conf").write_text("enabled = false;\n")
        options = folder / "override.d" / "options.inc"
        options.write_text(_OPTIONS.format(folder=folder, closed=closed))
        # The world's ten thousand take ten seconds to compile; ours are those of the sample.
        (folder / "suffixes").write_text("example\ncom\norg\nnet\n")
        config = folder / "rspamd.conf"
        config.write_text(_RSPAMD.format(folder=folder, port=port))
        paths = (f"{it}={folder}" for it in ("DBDIR", "RUNDIR", "LOGDIR", "LOCAL_CONFDIR"))
        variables = [word for path in paths for word in ("--var", path)]
        process = subprocess.Popen(  # noqa: S603 - a program of the system
            [
                *(program, "--no-fork", "--insecure", "--user=root", "--group=root"),
                *("--config", str(config), *variables),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(port, folder / "log")
            yield Rspamd(port)
        finally:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def spamassassin(message: bytes) -> Verdict:
    """Ask SpamAssassin, with Debian's rules and those that need no network alone."""
    program = need("spamassassin")
    with tempfile.TemporaryDirectory(prefix="mailbag-spamassassin-") as home:
        said = subprocess.run(  # noqa: S603 - a program of the system
            [
                *(program, "--local", "--test-mode", "--nocreate-prefs"),
                # Neither whom root has known nor what root has learned counts.
                *("--prefspath", f"{home}/none", "--cf=use_bayes 0", "--cf=use_auto_welcomelist 0"),
            ],
            input=message,
            capture_output=True,
            timeout=120,
            check=True,
            env={"HOME": home, "PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        ).stdout.decode(errors="replace")
    score = re.search(r"^Content analysis details:\s+\((-?[\d.]+) points", said, re.MULTILINE)
    assert score, said
    report = said[score.end() :]
    rules = re.findall(r"^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+) ", report, re.MULTILINE)
    return Verdict(float(score[1]), {name: float(points) for points, name in rules})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int, log: Path) -> None:
    clock = SystemClock()
    end = clock.boot_time() + _PATIENCE_SECONDS
    while clock.boot_time() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        clock.sleep(0.05)
    raise AssertionError(log.read_text() if log.exists() else "rspamd does not listen")
