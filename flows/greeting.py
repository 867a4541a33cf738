"""What an encrypted conversation says of itself before it encrypts: whom it asks for, and who vouches for the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Greeting:
    """What was in clear; what was not kept or not said is empty.

    ``server_name`` is the name that the client asks for (SNI), ``alpn`` the protocols that it offers to speak inside,
    ``issuer_country`` the country (ISO 3166, two letters) in the issuer's name of the server's certificate.
    """

    server_name: str = ""
    alpn: tuple[str, ...] = ()
    issuer_country: str = ""


class Greetings(Protocol):
    """The greetings of a source, by the numbers of a table's column ``said``."""

    def of(self, number: int) -> Greeting:
        """Return a greeting; an empty one for 0."""


NOTHING_SAID = Greeting()
