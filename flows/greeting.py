"""What an encrypted conversation says of itself before it encrypts: whom it asks for, who vouches for the other, and
which algorithms each side would use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Names = tuple[str, ...]

# Ciphers that prove integrity by themselves, so that no MAC is agreed on: RFC 5647 as OpenSSH names it, and its own.
_COMPLETE = frozenset(("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"))

# What a side says of itself in its list of key exchanges, without offering one: RFC 8308 section 2.1, and OpenSSH's
# strict key exchange.
_MARKS = frozenset(("ext-info-c", "ext-info-s", "kex-strict-c-v00@openssh.com", "kex-strict-s-v00@openssh.com"))


@dataclass(frozen=True, slots=True)
class Offer:
    """The algorithms that one side of SSH offers, in its order: key exchanges, then ciphers and MACs (RFC 4253 section
    7.1), each pair from client to server and back."""

    exchanges: Names
    ciphers: tuple[Names, Names]
    macs: tuple[Names, Names]


@dataclass(frozen=True, slots=True)
class Greeting:
    """What was in clear; what was not kept or not said is empty.

    ``server_name`` is the name that the client asks for (SNI), ``alpn`` the protocols that it offers to speak inside,
    ``issuer_country`` the country (ISO 3166, two letters) in the issuer's name of the server's certificate; ``offers``
    are those of A and of B.
    """

    server_name: str = ""
    alpn: tuple[str, ...] = ()
    issuer_country: str = ""
    offers: tuple[Offer | None, Offer | None] = (None, None)

    def agreed(self, swapped: bool) -> Names:
        """Return the algorithms that both sides of SSH have to take, B being the client where ``swapped``: the key
        exchange, the ciphers and the MACs, each once; nothing where it is not known, or where they cannot agree.

        Each is the first of the client's that the server has (RFC 4253 section 7.1; what a key exchange asks of the
        host's key is not looked at, since those in use ask the same). A mark among key exchanges is none.
        """
        client, server = reversed(self.offers) if swapped else self.offers
        if client is None or server is None:
            return ()
        found = [_first([name for name in client.exchanges if name not in _MARKS], server.exchanges)]
        ciphers = [_first(*pair) for pair in zip(client.ciphers, server.ciphers, strict=True)]
        found += ciphers
        for cipher, *pair in zip(ciphers, client.macs, server.macs, strict=True):
            if cipher not in _COMPLETE:
                found.append(_first(*pair))
        return tuple(dict.fromkeys(found)) if all(found) else ()


class Greetings(Protocol):
    """The greetings of a source, by the numbers of a table's column ``said``."""

    def of(self, number: int) -> Greeting:
        """Return a greeting; an empty one for 0."""


NOTHING_SAID = Greeting()


def _first(wanted: Sequence[str], there: Names) -> str:
    known = frozenset(there)
    return next((name for name in wanted if name in known), "")
