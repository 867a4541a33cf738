"""What the first payload bytes of a conversation showed, as words: protocol, version, what was chosen.

The columns ``wire_*`` of a table hold numbers; ``Capture.wires`` says what they mean. A capture can refute what a line
claims; that nothing was seen proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from cloison.netmodel.finding import Text

NOTHING, OTHER = 0, 255  # wire_ab, wire_ba: no payload was looked at; none of the protocols

# Bits of wire_state. START: the true first bytes of that side were looked at, so that their not being a protocol's
# says something. TEXT: nothing was recognised in them, and they are printable.
START_AB, START_BA, TEXT_AB, TEXT_BA = 1, 2, 4, 8
UPGRADED = 16  # it went over to TLS after a beginning in clear: version and suite are those of TLS
IN_CLEAR = 32  # credentials or content went in clear, whatever it could have gone over to
WENT_ON = 64  # many payloads followed a beginning in clear, and it never went over

TLS, SSH = "tls", "ssh"


@dataclass(frozen=True, slots=True)
class Wire:
    """One protocol that can be told on the wire.

    ``encrypted``: what follows its first bytes is; ``upgrades``: it may go over to TLS. ``versions`` are its numbers
    and their words, the weakest first.
    """

    name: str
    title: Text
    encrypted: bool = False
    upgrades: bool = False
    versions: tuple[tuple[int, str], ...] = ()

    def version(self, number: int) -> str:
        """Return a version in words, empty when it is not known."""
        return dict(self.versions).get(number, "")

    def strength(self, version: str) -> int:
        """Return the rank of a version in words, the weakest first; -1 when the protocol has no such version."""
        words = [word for _, word in self.versions]
        return words.index(version) if version in words else -1


@dataclass(frozen=True, slots=True)
class Seen:
    """What one conversation showed: the protocols of its two sides and of what it went over to, and their choices.

    ``began`` says that the first bytes of a side were looked at and are nothing that is known; ``text`` that they are
    printable.
    """

    wires: tuple[Wire, ...]
    began: bool
    text: bool
    upgraded: bool
    in_clear: bool
    went_on: bool
    version: int
    cipher: int
    group: int

    @property
    def decisive(self) -> Wire | None:
        """The protocol of which version, suite and group are told."""
        encrypted = [wire for wire in self.wires if wire.encrypted]
        return encrypted[0] if encrypted else self.wires[0] if self.wires else None


def seen(wires: tuple[Wire, ...], ab: int, ba: int, state: int, version: int, cipher: int, group: int) -> Seen | None:
    """Return what the columns of one row say, or nothing when no payload was looked at."""
    if ab == NOTHING and ba == NOTHING:
        return None
    numbers = dict.fromkeys(number for number in (ab, ba) if number not in (NOTHING, OTHER))
    found = [wires[number - 1] for number in numbers]
    if state & UPGRADED:
        found += [wire for wire in wires if wire.name == TLS and wire not in found]
    unknown_ab = ab == OTHER and bool(state & START_AB)
    unknown_ba = ba == OTHER and bool(state & START_BA)
    return Seen(
        tuple(found),
        unknown_ab or unknown_ba,
        (unknown_ab and bool(state & TEXT_AB)) or (unknown_ba and bool(state & TEXT_BA)),
        bool(state & UPGRADED),
        bool(state & IN_CLEAR),
        bool(state & WENT_ON),
        version,
        cipher,
        group,
    )


def wire_text(seen: Seen | None) -> str:
    """Return what was seen in a few words, such as ``tls 1.2 0xc02f`` or ``smtp, tls 1.3 0x1301``; else nothing."""
    if seen is None:
        return ""
    if not seen.wires:
        return "text" if seen.text else "unknown"
    words = []
    for wire in seen.wires:
        chosen = [wire.name]
        if wire is seen.decisive:
            chosen += [wire.version(seen.version)] if wire.version(seen.version) else []
            chosen += [cipher_text(wire, seen.cipher)] if seen.cipher else []
        words.append(" ".join(chosen))
    return ", ".join(words)


def cipher_text(wire: Wire, cipher: int) -> str:
    """Return a suite as the protocol's registry writes its number."""
    return f"encr/{cipher & 0xFF}" if wire.name == "ike" else f"0x{cipher:04x}"
