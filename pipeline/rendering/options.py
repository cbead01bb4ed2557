"""What rendering needs to know about a newsletter."""

from dataclasses import dataclass, field

from pipeline.language.catalogues import SHIPPED, Catalogues
from pipeline.language.words import Words
from pipeline.model.address import Address
from pipeline.rendering.client_support import mix
from pipeline.rendering.client_support.mix import ClientMix

#: A page of 600 pixels with 24 at both sides.
COLUMN = 552
#: By so much at most a theme sets a list or a quote in.
INSET = 28
#: So much at most a theme leaves between two columns of a table.
GUTTER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """The newsletter as its readers see it."""

    #: The newsletter's name in the masthead and in the line that says why a reader gets it.
    title: str
    from_: Address
    #: Where readers' questions go; empty: to the From address.
    reply_to: str = ""
    #: Where the public pages live, without a slash at the end.
    base_url: str
    #: Where that is set, and the postal address, as ``file:line``.
    base_url_place: str = field(default="newsletter.toml", compare=False)
    postal_address_place: str = field(default="newsletter.toml", compare=False)
    #: A language tag of BCP 47, such as ``en`` or ``de-CH``.
    language: str = "en"
    #: An IANA time zone; the date of an issue is its slot's there.
    timezone: str = "UTC"
    #: Required by law in many countries; empty gives a finding.
    postal_address: str = ""
    #: Where the interface's words come from.
    catalogues: Catalogues = SHIPPED
    #: What the readers read mail with.
    clients: ClientMix = field(default_factory=mix.usual)
    #: CSS pixels that the widest image takes, unless the theme's ``column.txt`` says.
    column: int = COLUMN
    #: Each message carries the images of its texts; else they are found at :meth:`image_url`.
    attach_images: bool = False
    #: Seconds that the rendering of one issue may take.
    time_limit: float = 20.0

    def __post_init__(self) -> None:
        if self.base_url.endswith("/"):
            raise ValueError("base_url ends without a slash")

    def words_of(self, language: str | None = None) -> Words:
        """Give the words of a language, else the newsletter's."""
        return self.catalogues.words_of(language or self.language, otherwise=self.language)

    @property
    def ask_address(self) -> str:
        """The mailbox that takes readers' questions."""
        return self.reply_to or self.from_.addr_spec

    def image_url(self, name: str) -> str:
        """Where everybody finds an image that is kept under its hash."""
        return f"{self.base_url}/images/{name}"

    def web_view_url(self, number: int) -> str:
        """Where everybody can read an issue."""
        return f"{self.base_url}/issues/{number}"
