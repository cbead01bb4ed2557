"""The command ``dkim``: the keys, and what their owner publishes."""

import click

from pipeline.app import signing
from pipeline.cli import output
from pipeline.cli.session import Session, json_option, pass_session


@click.command("dkim")
@json_option
@pass_session
def dkim_command(session: Session, *, as_json: bool) -> None:
    """Make the keys that [dkim] names and that are not there yet; say what the DNS must hold."""
    made = signing.make_missing(session.site)
    domain = session.site.settings.document.dkim.domain
    found = [
        (file, f"{file.selector}._domainkey.{domain}", file.record())
        for file in signing.key_files(session.site)
    ]
    signing.check(session.site)
    if as_json:
        output.document(
            {
                "records": [
                    {
                        "selector": file.selector,
                        "file": str(file.path),
                        "made": file in made,
                        "signs": file.signs,
                        "name": name,
                        "text": text,
                    }
                    for file, name, text in found
                ]
            }
        )
        return
    for file, name, text in found:
        output.say(f"{'made' if file in made else 'found'} {file.path}")
        # A string of a TXT record holds 255 octets at most (RFC 1035, section 3.3.14).
        strings = (text[at : at + 255] for at in range(0, len(text), 255))
        output.say(f"{name}. IN TXT " + " ".join(f'"{string}"' for string in strings))
