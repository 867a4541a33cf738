"""What TLS and SSH say of themselves in clear: the server's name and the protocols that the client of TLS asks for, and
who issued the certificate that answers; the algorithms that each side of SSH offers.

RFC 4253 section 7.1 (SSH), RFC 8446 section 4, RFC 5246 section 7.4, RFC 6066 section 3 (server name), RFC 7301 (ALPN),
RFC 5280 section 4.1 and X.690 (certificate). The kernel keeps the bytes of what it finds, each conversation's once, in
an arena of bounded size; they are read only for the conversations that somebody asks about. A ClientHello may go on in
the segments that follow. What else does not lie whole in the first payload of its side (of the certificate: its
beginning; of SSH: in the banner's or one of those after it) is not kept; that nothing was kept says nothing.
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
# and what its ClientHello waits for, each as start << 16 | bytes. The last is: two bytes, how many to skip first; two,
# how many it still has; those of an extension that is cut.
# Of the first line of the index, which is nobody's: bytes used, lines used, conversations that found no room.
NAME, PROTOCOLS, CERTIFICATE, OFFER_A, OFFER_B, WAITS = np.arange(6)  # numpy's, or a callee is compiled for each
USED, LINES, LOST = range(3)
HELD_AT = 44  # where a row's word has the line of its conversation, above the number of a packet
NUMBER_MASK = (1 << HELD_AT) - 1

_MOST_EXTENSIONS = 64
_SERVER_NAME, _ALPN = 0, 16
_EXTENSION = 4 + 5 + LONGEST  # bytes of one of which something is kept

SAME = 255  # mask of the hashes by which an offer that was kept is found again: few programs make all of them
_KEXINIT, _COOKIE = 20, 16
_LISTS = 6  # of algorithms that are kept: key exchanges, host keys, ciphers and MACs of each way
_MOST_NAMES = 2048  # bytes of a list


def arena() -> tuple[Array, Array]:
    """Return an empty arena (uint8) and its index (int64[MOST, 6]); memory is taken as it is written."""
    return np.zeros(ARENA, dtype=np.uint8), np.zeros((MOST, 6), dtype=np.int64)


def hear(window: Any, at: Int, end: Int, length: Int, client: bool, words: Any, heard: Any, index: Any) -> bool:
    """Keep what a TLS record says that begins with a ClientHello (``client``) or with a ServerHello; return whether the
    ClientHello goes on in the next segment, for :func:`hear_on`.

    ``length`` is that of the payload on the wire. ``words`` are those of the row (:mod:`telling`), of which the third
    holds the line of its conversation.
    """
    if end - at < 9 or window[at] != 22:
        return False
    stop = at + 5 + be16(window, at + 3)
    behind = at + 9 + ((np.int64(window[at + 6]) << 16) | be16(window, at + 7))  # behind the first message
    if client:
        place = _extensions(window, at + 9, end)
        return place > 0 and _ask(window, place, end, at + length, min(stop, behind), words, heard, index)
    if behind == stop and end - behind >= 5 and window[behind] == 22:  # the next message has a record of its own
        behind += 5
    if end - behind < 10 or window[behind] != 11:
        return False
    size = (np.int64(window[behind + 7]) << 16) | be16(window, behind + 8)
    _hold(window, behind + 10, min(size, end - behind - 10, BEGINNING), CERTIFICATE, words, heard, index)
    return False


def hear_on(window: Any, at: Int, end: Int, length: Int, words: Any, heard: Any, index: Any) -> bool:
    """Keep what a ClientHello says in the payload that follows the one where it was cut; return whether it goes on."""
    line = words[2] >> HELD_AT
    start, size = index[line, WAITS] >> 16, index[line, WAITS] & 0xFFFF
    index[line, WAITS] = 0
    if line == 0 or size < 4:
        return False
    place, stop, cut = at + be16(heard, start), at + be16(heard, start + 2), size - 4
    if cut:
        used, more = index[0, USED], min(min(end, stop) - at, _EXTENSION)
        if used + cut + more > len(heard):
            index[0, LOST] += 1
            return False
        for i in range(cut):
            heard[used + i] = heard[start + 4 + i]
        for i in range(more):
            heard[used + cut + i] = window[at + i]
        behind = _extension(heard, used, used + cut + more, used + cut + stop - at, words, heard, index)
        if behind <= used:
            return False
        place = at + behind - used - cut
    return _ask(window, place, end, at + length, stop, words, heard, index)


def _extensions(window: Any, at: Int, end: Int) -> Int:
    """Return where the extensions of a ClientHello begin whose body begins at ``at``; 0 where it is cut before them."""
    at += 34
    if end - at < 1:
        return np.int64(0)
    at += 1 + np.int64(window[at])  # session
    if end - at < 2:
        return np.int64(0)
    at += 2 + be16(window, at)  # suites
    if end - at < 1:
        return np.int64(0)
    return at + 1 + np.int64(window[at]) + 2  # compressions; the length of all extensions


def _ask(window: Any, at: Int, end: Int, sent: Int, stop: Int, words: Any, heard: Any, index: Any) -> bool:
    """Keep two of the extensions before ``stop``; return whether they go on behind the payload, which ended at ``sent``
    on the wire and of which bytes before ``end`` were kept."""
    for _ in range(_MOST_EXTENSIONS):
        behind = _extension(window, at, end, stop, words, heard, index)
        if behind <= at:
            break
        at = behind
    line = words[2] >> HELD_AT
    if stop <= sent or stop - sent > 0xFFFF or at >= stop or (at < sent and (end < sent or sent - at > _EXTENSION)):
        return False
    if line and index[line, NAME] and index[line, PROTOCOLS]:
        return False
    used, cut = index[0, USED], max(sent - at, 0)
    if used + 4 + cut > len(heard):
        index[0, LOST] += 1
        return False
    line = _line(words, index)
    if line == 0:
        return False
    skipped, left = max(at - sent, 0), stop - sent
    heard[used], heard[used + 1] = skipped >> 8, skipped & 0xFF
    heard[used + 2], heard[used + 3] = left >> 8, left & 0xFF
    for i in range(cut):
        heard[used + 4 + i] = window[at + i]
    index[line, WAITS] = (used << 16) | (4 + cut)
    index[0, USED] = used + 4 + cut
    return True


def _extension(data: Any, at: Int, end: Int, stop: Int, words: Any, heard: Any, index: Any) -> Int:
    """Keep an extension if it is one of two; return what lies behind it, or ``at`` where it is not all there (before
    ``end``) or cannot be one of those before ``stop``."""
    if min(end, stop) - at < 4:
        return at
    kind, size = be16(data, at), be16(data, at + 2)
    behind = at + 4 + size
    if behind > stop:
        return stop
    if (kind != _SERVER_NAME and kind != _ALPN) or size > 5 + LONGEST:
        return behind
    if behind > end:
        return at
    if kind == _ALPN and 2 < size <= LONGEST:
        _hold(data, at + 6, size - 2, PROTOCOLS, words, heard, index)
    elif kind == _SERVER_NAME and size > 5 and data[at + 6] == 0:
        name = be16(data, at + 7)
        if name <= size - 5 and name <= LONGEST:
            _hold(data, at + 9, name, NAME, words, heard, index)
    return behind


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
        name, protocols, certificate, a, b = (*kept, b"", b"")[:5]
        return Greeting(_text(name), tuple(_protocols(protocols)), issuer_country(certificate), (_offer(a), _offer(b)))

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
