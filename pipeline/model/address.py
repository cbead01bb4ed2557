"""A mailbox: an address that mail can be sent to, and the name beside it."""

from dataclasses import dataclass

from pipeline.model.controls import has_control


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as RFC 5322, section 3.4, has it; it cannot hold a control character.

    Whether the grammar of the address is right is for :mod:`pipeline.audience.addresses`.
    """

    #: ``local-part@domain`` as the person wrote it.
    addr_spec: str
    #: The name beside the address; empty when there is none.
    display_name: str = ""

    def __post_init__(self) -> None:
        if has_control(self.addr_spec):
            raise ValueError("an address holds a control character")
        if has_control(self.display_name):
            raise ValueError("a name holds a control character, such as a line break")
        local, at, domain = self.addr_spec.rpartition("@")
        if not (local and at and domain):
            raise ValueError(f"no address: {self.addr_spec!r}")

    @property
    def local_part(self) -> str:
        return self.addr_spec.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.addr_spec.rpartition("@")[2]

    def __str__(self) -> str:
        return f"{self.display_name} <{self.addr_spec}>" if self.display_name else self.addr_spec
