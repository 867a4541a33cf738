"""What TLS and SSH say of themselves in clear: the server's name and the protocols that the client of TLS asks for, and
who issued the certificate that answers; the algorithms that each side of SSH offers.

RFC 4253 section 7.1 (SSH), RFC 8446 section 4, RFC 5246 section 7.4, RFC 6066 section 3 (server name), RFC 7301 (ALPN),
RFC 5280 section 4.1 and X.690 (certificate). The kernel keeps the bytes of what it finds, each conversation's once, in
an arena of bounded size; they are read only for the conversations that somebody asks about. What does not lie whole in
the first payload of its side (of the certificate: its beginning; of SSH: in the banner's or one of those after it) is
not kept; that nothing was kept says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cloison.captures.octets import be16, be32
from cloison.flows.compiled import Int
from cloison.flows.greeting import NOTHING_SAID, Greeting, Offer

Array = npt.NDArray[Any]

ARENA = 1 << 25  # bytes of all that is kept of one source
MOST = 1 << 18  # conversations of which something is kept
LONGEST = 255  # bytes of a name, or of a list of protocols
BEGINNING = 320  # bytes of a certificate: its issuer is among the first

# Words of a conversation in the index: where its name, its protocols, its certificate, the offers of A and of B lie,
# each as start << 16 | bytes.
# Of the first line of the index, which is nobody's: bytes used, lines used, conversations that found no room.
NAME, PROTOCOLS, CERTIFICATE, OFFER_A, OFFER_B = np.arange(5)  # numpy's, or a callee is compiled for each
USED, LINES, LOST = range(3)
HELD_AT = 44  # where a row's word has the line of its conversation, above the number of a packet
NUMBER_MASK = (1 << HELD_AT) - 1

_MOST_EXTENSIONS = 64
_SERVER_NAME, _ALPN = 0, 16

SAME = 255  # mask of the hashes by which an offer that was kept is found again: few programs make all of them
_KEXINIT, _COOKIE = 20, 16
_LISTS = 6  # of algorithms that are kept: key exchanges, host keys, ciphers and MACs of each way
_MOST_NAMES = 2048  # bytes of a list


def arena() -> tuple[Array, Array]:
    """Return an empty arena (uint8) and its index (int64[MOST, 5]); memory is taken as it is written."""
    return np.zeros(ARENA, dtype=np.uint8), np.zeros((MOST, 5), dtype=np.int64)


def hear(window: Any, at: Int, end: Int, client: bool, words: Any, heard: Any, index: Any) -> None:
    """Keep what a TLS record says that begins with a ClientHello (``client``) or with a ServerHello.

    ``words`` are those of the row (:mod:`telling`), of which the third holds the line of its conversation.
    """
    if end - at < 9 or window[at] != 22:
        return
    stop = at + 5 + be16(window, at + 3)
    if client:
        _ask(window, at + 9, min(end, stop), words, heard, index)
        return
    place = at + 9 + ((np.int64(window[at + 6]) << 16) | be16(window, at + 7))  # behind the ServerHello
    if place == stop and end - place >= 5 and window[place] == 22:  # the next message has a record of its own
        place += 5
    if end - place < 10 or window[place] != 11:
        return
    size = (np.int64(window[place + 7]) << 16) | be16(window, place + 8)
    _hold(window, place + 10, min(size, end - place - 10, BEGINNING), CERTIFICATE, words, heard, index)


def _ask(window: Any, at: Int, end: Int, words: Any, heard: Any, index: Any) -> None:
    """Find the extensions of a ClientHello, and keep two of them."""
    at += 34
    if end - at < 1:
        return
    at += 1 + np.int64(window[at])  # session
    if end - at < 2:
        return
    at += 2 + be16(window, at)  # suites
    if end - at < 1:
        return
    at += 1 + np.int64(window[at]) + 2  # compressions; the length of all extensions
    for _ in range(_MOST_EXTENSIONS):
        if end - at < 6:
            return
        kind, size = be16(window, at), be16(window, at + 2)
        at += 4
        if size > end - at:
            return
        if kind == _SERVER_NAME and size > 5 and window[at + 2] == 0:
            name = be16(window, at + 3)
            if name <= size - 5 and name <= LONGEST:
                _hold(window, at + 5, name, NAME, words, heard, index)
        elif kind == _ALPN and 2 < size <= LONGEST:
            _hold(window, at + 2, size - 2, PROTOCOLS, words, heard, index)
        at += size


def hear_offer(
    window: Any, at: Int, end: Int, banner: bool, side: Int, words: Any, heard: Any, index: Any, same: Any
) -> bool:
    """Keep what a side of SSH (0 A, 1 B) offers, behind its banner or in a payload that begins with it; return whether
    it was there.

    ``same`` (int64[SAME + 1]) says where the last offer of each hash lies.
    """
    if banner:
        stop = min(end, at + LONGEST)
        while at < stop and window[at] != 10:
            at += 1
        at += 1
    if end - at < 6 + _COOKIE or window[at + 5] != _KEXINIT:
        return False
    stop = min(end, at + 4 + be32(window, at))
    begin = place = at + 6 + _COOKIE
    for _ in range(_LISTS):
        if stop - place < 4:
            return False
        size = be32(window, place)
        if size > _MOST_NAMES or size > stop - place - 4:
            return False
        place += 4 + size
    size = place - begin
    mixed = np.int64(0)
    for i in range(begin, place):
        mixed = (mixed * 31 + np.int64(window[i])) & 0xFFFFFF
    known, what = same[mixed & SAME], OFFER_A + side
    if known & 0xFFFF == size and _equal(window, begin, heard, known >> 16, size):
        line = _line(words, index)
        if line and index[line, what] == 0:
            index[line, what] = known
        return True
    _hold(window, begin, size, what, words, heard, index)
    line = words[2] >> HELD_AT
    if line and index[line, what]:
        same[mixed & SAME] = index[line, what]
    return True


def _equal(window: Any, at: Int, heard: Any, start: Int, size: Int) -> bool:
    for i in range(size):
        if window[at + i] != heard[start + i]:
            break
    else:
        return True
    return False


def _line(words: Any, index: Any) -> Int:
    """Return the line of a conversation, its first one if it has none; 0 when no room is left, which is counted."""
    line = words[2] >> HELD_AT
    if line:
        return line
    if index[0, LINES] + 1 >= len(index):
        index[0, LOST] += 1
        return np.int64(0)
    line = index[0, LINES] + 1
    index[0, LINES] = line
    words[2] |= line << HELD_AT
    return line


def _hold(window: Any, at: Int, size: Int, what: Int, words: Any, heard: Any, index: Any) -> None:
    """Copy bytes of a conversation into the arena, once for each of what is kept of it."""
    used = index[0, USED]
    line = words[2] >> HELD_AT
    if size <= 0 or (line and index[line, what]):
        return
    if used + size > len(heard):
        index[0, LOST] += 1
        return
    line = _line(words, index)
    if line == 0:
        return
    for i in range(size):
        heard[used + i] = window[at + i]
    index[line, what] = (used << 16) | size
    index[0, USED] = used + size


class Heard:
    """What was kept of one source, read when it is asked for."""

    def __init__(self, heard: Array, index: Array) -> None:
        self._heard = heard[: int(index[0, USED])].copy()
        self._index = index[: int(index[0, LINES]) + 1].copy()
        self.lost = int(index[0, LOST])

    def of(self, number: int) -> Greeting:
        """Return a greeting by its line in the index."""
        if not 0 < number < len(self._index):
            return NOTHING_SAID
        kept = [self._bytes(int(place)) for place in self._index[number]]
        name, protocols, certificate, *offers = (*kept, b"", b"")[:5]
        a, b = map(_offer, offers)
        return Greeting(_text(name), tuple(_protocols(protocols)), issuer_country(certificate), (a, b))

    def _bytes(self, place: int) -> bytes:
        start, size = place >> 16, place & 0xFFFF
        return self._heard[start : start + size].tobytes()


def _text(data: bytes) -> str:
    """Return bytes as text in which whatever is no printable ASCII is written as its number."""
    return "".join(chr(byte) if 32 < byte < 127 and byte != 0x5C else f"\\x{byte:02x}" for byte in data)


def _protocols(data: bytes) -> Iterator[str]:
    while data and 0 < data[0] < len(data):
        yield _text(data[1 : 1 + data[0]])
        data = data[1 + data[0] :]


@lru_cache(maxsize=1 << 6)
def _offer(data: bytes) -> Offer | None:
    """Return the six lists that a side of SSH offers, but its host keys; nothing where they were not kept."""
    lists = []
    while data:
        size = 4 + int.from_bytes(data[:4], "big")
        lists.append(tuple(_text(name) for name in data[4:size].split(b",") if name))
        data = data[size:]
    if len(lists) != _LISTS:
        return None
    exchanges, _, *ways = lists
    return Offer(exchanges, (ways[0], ways[1]), (ways[2], ways[3]))


_COUNTRY = bytes.fromhex("0603550406")  # OBJECT IDENTIFIER 2.5.4.6


def issuer_country(certificate: bytes) -> str:
    """Return the country of a certificate's issuer out of its first bytes, or nothing where there is none."""
    body = _inside(_inside(certificate, 0x30), 0x30)  # the Certificate, its TBSCertificate
    if body[:1] == b"\xa0":  # version
        body = _behind(body)
    issuer = _inside(_behind(_behind(body)), 0x30)  # behind the serial number and the signature's algorithm
    at = issuer.find(_COUNTRY)
    value = issuer[at + len(_COUNTRY) :] if at >= 0 else b""
    if len(value) < 4 or value[0] not in (0x13, 0x0C) or value[1] != 2:  # PrintableString, UTF8String
        return ""
    letters = value[2:4].decode("ascii", "replace")
    return letters.upper() if letters.isascii() and letters.isalpha() else ""


def _length(data: bytes) -> tuple[int, int]:
    """Return how long the content of a value is and where it begins (X.690 section 8.1); (0, its end) when it lies."""
    if len(data) < 2:
        return 0, len(data)
    if data[1] < 0x80:
        return data[1], 2
    more = data[1] & 0x7F
    if not 0 < more <= 3 or len(data) < 2 + more:
        return 0, len(data)
    return int.from_bytes(data[2 : 2 + more], "big"), 2 + more


def _inside(data: bytes, tag: int) -> bytes:
    """Return what was kept of the content of a value of that tag, nothing when it is another one."""
    if data[:1] != bytes((tag,)):
        return b""
    size, begins = _length(data)
    return data[begins : begins + size]


def _behind(data: bytes) -> bytes:
    """Return what follows the first value."""
    size, begins = _length(data)
    return data[begins + size :]
