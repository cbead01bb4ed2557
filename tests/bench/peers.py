"""The same messages handed over by others. None of them keeps a ledger."""

import asyncio
import json
import os
import resource
import smtplib
import subprocess
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from tests.bench.measuring import Cost, Watch

_SENDER = "letters@news.example"
_LINE = "Say what you think, and *go* when you have to."


def ready_bytes(port: int, count: int, size: int) -> Cost:
    """Hand over bytes that are there already: smtplib alone, on one connection."""
    messages = _ready(count, size)
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        watch = Watch()
        for to, message in messages:
            client.sendmail(_SENDER, [to], message)
        return watch.cost()


def email_messages(port: int, count: int, size: int) -> Cost:
    """Make an EmailMessage of two parts for each reader and hand it over by smtplib."""
    line = f"{_LINE}\n"
    text, html = line * (size // 4 // len(line)), line * (size * 3 // 4 // len(line))
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        watch = Watch()
        for number in range(count):
            message = EmailMessage()
            message["From"] = f"The Corner Office <{_SENDER}>"
            message["To"] = f"reader-{number}@mail.example"
            message["Subject"] = "The long meeting"
            message["Message-ID"] = f"<{number}@news.example>"
            message.set_content(text.replace("READER", str(number)))
            message.add_alternative(html.replace("READER", str(number)), subtype="html")
            client.send_message(message)
        return watch.cost()


def aiosmtplib_bytes(port: int, count: int, size: int, connections: int) -> Cost:
    """Hand over ready bytes by aiosmtplib, which sends one at a time on a connection."""
    return asyncio.run(_send_all(port, _ready(count, size), connections))


async def _send_all(port: int, messages: Iterator[tuple[str, bytes]], connections: int) -> Cost:
    clients = [
        aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        for _ in range(connections)
    ]
    for client in clients:
        await client.connect()

    async def carry(client: aiosmtplib.SMTP) -> None:
        for to, message in messages:
            await client.sendmail(_SENDER, [to], message)

    watch = Watch()
    await asyncio.gather(*map(carry, clients))
    cost = watch.cost()
    for client in clients:
        await client.quit()
    return cost


def nodemailer(installed: Path, port: int, count: int, size: int, connections: int) -> Cost:
    """Hand over ready bytes by nodemailer and its pool, once its code is compiled."""
    numbers = (str(it) for it in (port, count, size, connections))
    said = subprocess.run(  # noqa: S603 - a program of the system
        ["node", "send.js", *numbers],  # noqa: S607 - the system's
        cwd=installed,
        stdout=subprocess.PIPE,
        timeout=600,
        check=True,
    ).stdout
    found = json.loads(said)
    return Cost(found["seconds"], found["cpu_seconds"], 0.0, found["version"])


def smtp_source(program: str, port: int, count: int, size: int, connections: int) -> Cost:
    """Send the same text again and again by Postfix's own generator, which is written in C."""
    options = ("-d", "-s", str(connections), "-m", str(count), "-l", str(size))
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - a program of the system
        [program, *options, "-f", _SENDER, "-t", "reader@mail.example", f"127.0.0.1:{port}"]
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "smtp-source failed"
    return Cost(time.perf_counter() - start, _seconds(used), 0.0)


def _ready(count: int, size: int) -> Iterator[tuple[str, bytes]]:
    body = f"{_LINE}\r\n".encode() * (size // (len(_LINE) + 2))
    for number in range(count):
        to = f"reader-{number}@mail.example"
        yield to, f"To: {to}\r\nSubject: The long meeting\r\n\r\n".encode() + body


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime
