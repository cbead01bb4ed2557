"""The same messages handed over by the standard library, as most scripts do it."""

import smtplib
from email.message import EmailMessage

from tests.bench.measuring import Cost, Watch


def ready_bytes(port: int, count: int, size: int) -> Cost:
    """Hand over bytes that are there already: smtplib alone, without a ledger."""
    body = b"Say what you think, and *go* when you have to.\r\n" * (size // 48)
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        watch = Watch()
        for number in range(count):
            to = f"reader-{number}@mail.example"
            head = f"To: {to}\r\nSubject: The long meeting\r\n\r\n".encode()
            client.sendmail("letters@news.example", [to], head + body)
        return watch.cost()


def email_messages(port: int, count: int, size: int) -> Cost:
    """Make an EmailMessage of two parts for each reader and hand it over, without a ledger."""
    line = "Say what you think, and *go* when you have to.\n"
    text, html = line * (size // 4 // len(line)), line * (size * 3 // 4 // len(line))
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        watch = Watch()
        for number in range(count):
            message = EmailMessage()
            message["From"] = "The Corner Office <letters@news.example>"
            message["To"] = f"reader-{number}@mail.example"
            message["Subject"] = "The long meeting"
            message["Message-ID"] = f"<{number}@news.example>"
            message.set_content(text.replace("READER", str(number)))
            message.add_alternative(html.replace("READER", str(number)), subtype="html")
            client.send_message(message)
        return watch.cost()
